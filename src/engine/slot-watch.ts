/**
 * Page-table slots whose marks or queued pages have changed. The kernel does not report these changes, because the
 * scanner and the daemons make many and only two ways of colouring show them; so whoever shows them compares counts.
 */
import type { PageTables } from '../kernel/mm/state.ts';
import type { ColourBy } from '../protocol/frame.ts';

export class SlotWatch {
  private seen = new Uint32Array(0);

  /** Does this way of colouring need watching? */
  static applies(colourBy: ColourBy): boolean {
    return colourBy === 'marked' || colourBy === 'queued';
  }

  /** Take note of all slots. */
  remember(tables: PageTables, colourBy: ColourBy): void {
    this.changed(tables, colourBy, () => {});
  }

  /** Call back for every slot that differs from the last time, and take note. */
  changed(tables: PageTables, colourBy: ColourBy, report: (slot: number) => void): void {
    if (this.seen.length < tables.capacity) {
      const grown = new Uint32Array(tables.capacity);
      grown.set(this.seen);
      this.seen = grown;
    }
    const { seen } = this;
    const marked = colourBy === 'marked';
    const { markedPmd, markedPtes, queued } = tables;
    for (let slot = 0; slot < tables.count; slot++) {
      const now = marked ? (markedPmd[slot] << 16) | markedPtes[slot] : queued[slot];
      if (now === seen[slot]) continue;
      seen[slot] = now;
      report(slot);
    }
  }
}
