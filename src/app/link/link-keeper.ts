/**
 * Keeps the address bar true: it holds what runs and how it is looked at, written at most about once a second, and at
 * once when asked to (a pause, leaving the page). Links that are pasted, and back and forward, are handed on.
 */
import { decodeLink, encodeLink, type DecodedLink, type LinkState } from '../url.ts';

/** Browsers refuse addresses that change too often. */
const WRITE_INTERVAL_MS = 1000;

export class LinkKeeper {
  private written = '';
  private writtenAt = -Infinity;
  private timer = 0;
  private readonly read: (exact?: boolean) => LinkState | null;

  /**
   * @param read what the page holds now; null while there is nothing to keep
   * @param adopt a person has opened another link in this page
   */
  constructor(read: (exact?: boolean) => LinkState | null, adopt: (link: DecodedLink) => void) {
    this.read = read;
    window.addEventListener('hashchange', () => {
      if (location.hash === this.written) return;
      window.clearTimeout(this.timer);
      this.timer = 0;
      this.written = location.hash;
      adopt(decodeLink(location.hash));
    });
    window.addEventListener('pagehide', () => this.flush());
    document.addEventListener('visibilitychange', () => {
      if (document.hidden) this.flush();
    });
  }

  /** What the address says now. */
  open(): DecodedLink {
    this.written = location.hash;
    return decodeLink(location.hash);
  }

  /** Something that a link holds may have changed. */
  changed(): void {
    if (this.timer) return;
    const wait = Math.max(0, this.writtenAt + WRITE_INTERVAL_MS - performance.now());
    this.timer = window.setTimeout(() => this.flush(), wait);
  }

  /** Write now. */
  flush(): void {
    window.clearTimeout(this.timer);
    this.timer = 0;
    const state = this.read();
    // A hash that is not ours is a link just opened: its event comes next.
    if (!state || location.hash !== this.written) return;
    const hash = `#${encodeLink(state)}`;
    if (hash === this.written) return;
    this.writtenAt = performance.now();
    try {
      history.replaceState(history.state, '', hash);
      this.written = location.hash;
    } catch {
      // Too many changes for this browser: the next one is written.
    }
  }

  /**
   * The whole address of what the page holds now, without `embed` unless asked for.
   * @param exact with the tick, even while time goes by
   */
  address({ embed = false, exact = false } = {}): string {
    this.flush();
    const url = new URL(location.href);
    const state = this.read(exact);
    if (state) url.hash = encodeLink(state);
    url.searchParams.delete('embed');
    if (embed) url.searchParams.set('embed', '1');
    return url.href;
  }
}
