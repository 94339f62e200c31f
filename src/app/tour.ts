/**
 * The tour: driver.js shows where one is, tour-stops.ts does what is shown. The lab stays usable all the while: no overlay, no trap for
 * the keyboard. The stop one has reached is remembered; skipping and coming back goes on from there.
 */
import { driver, type Driver, type PopoverDOM } from 'driver.js';
import 'driver.js/dist/driver.css';
import './styles/tour.css';
import type { InspectTarget } from '../protocol/summary.ts';
import type { Lab } from './lab.ts';
import { notify, useExperiment, useView } from './store.ts';
import { STOPS, TOUR_EXPERIMENT } from './tour-stops.ts';

const STORED = 'autonuma-lab.tour';

/** What a stop came to: where it stands and what it says. */
interface Seen {
  tick: number;
  target: InspectTarget;
  text: string;
}

class Tour {
  private readonly lab: Lab;
  private readonly mark = document.createElement('div');
  private readonly seen: Seen[] = [];
  private readonly driver: Driver;
  private busy = false;
  private over = false;

  constructor(lab: Lab) {
    this.lab = lab;
    this.mark.className = 'tour-mark';
    this.mark.setAttribute('aria-hidden', 'true');
    document.body.append(this.mark);
    this.driver = driver({
      steps: STOPS.map(({ title }) => ({ element: this.mark, popover: { title, description: '' } })),
      animate: !useView.getState().reducedMotion,
      smoothScroll: false,
      allowScroll: true,
      overlayOpacity: 0,
      // Keys belong to the popover while it has the focus, and to the lab otherwise.
      allowKeyboardControl: false,
      overlayClickBehavior: () => {},
      popoverClass: 'tour',
      showProgress: true,
      progressText: '{{current}} of {{total}}',
      nextBtnText: 'Next',
      prevBtnText: 'Back',
      doneBtnText: 'Done',
      onPopoverRender: (popover) => this.dress(popover),
      onNextClick: () => void this.go(this.index + 1),
      onPrevClick: () => void this.go(this.index - 1),
      onDoneClick: () => this.end(true),
      onCloseClick: () => this.end(false),
      onDestroyed: () => this.end(false),
    });
    window.addEventListener('resize', this.place);
    window.addEventListener('keydown', this.freeTab, true);
  }

  private get index(): number {
    return this.driver.getActiveIndex() ?? 0;
  }

  /** Go to a stop, doing all that comes before it and has not been done. */
  async go(to: number): Promise<void> {
    if (this.busy || this.over || to < 0) return;
    if (to >= STOPS.length) return this.end(true);
    this.busy = true;
    document.body.classList.add('tour-busy');
    try {
      // Somebody runs another experiment now: the story begins anew.
      if (!sameRun()) this.seen.length = 0;
      for (let stop = Math.min(this.seen.length, to); stop <= to; stop++) await this.visit(stop);
      if (this.over) return;
      localStorage.setItem(STORED, String(to));
      this.show(to);
    } catch (error) {
      notify(error instanceof Error ? error.message : String(error));
      this.end(false);
    } finally {
      this.busy = false;
      document.body.classList.remove('tour-busy');
    }
  }

  private async visit(stop: number): Promise<void> {
    const known = this.seen[stop];
    if (known) return this.lab.goTo(known.tick);
    // Whatever has been played meanwhile, a stop begins where the one before it was left.
    if (stop > 0) await this.lab.goTo(this.seen[stop - 1].tick);
    const { target, text } = await STOPS[stop].act(this.lab);
    await this.lab.settled();
    this.seen[stop] = { tick: this.lab.tick, target, text };
  }

  private show(stop: number): void {
    this.place(stop);
    const steps = STOPS.map(({ title }, index) => ({
      element: this.mark,
      popover: { title, description: escapeHtml(this.seen[index]?.text ?? '') },
    }));
    if (this.driver.isActive()) {
      this.driver.setConfig({ ...this.driver.getConfig(), steps });
      this.driver.moveTo(stop);
    } else {
      this.driver.setSteps(steps);
      this.driver.drive(stop);
    }
  }

  /** Put the ring around what the stop points at. */
  private readonly place = (stop: number | Event): void => {
    const seen = this.seen[typeof stop === 'number' ? stop : this.index];
    const host = document.querySelector('[data-picture]')?.getBoundingClientRect();
    if (!seen || !host) return;
    const point = this.lab.picture?.pointOf(seen.target) ?? { x: host.width / 2, y: host.height / 2 };
    this.mark.style.left = `${host.left + Math.min(Math.max(point.x, 0), host.width)}px`;
    this.mark.style.top = `${host.top + Math.min(Math.max(point.y, 0), host.height)}px`;
    if (typeof stop !== 'number') this.driver.refresh();
  };

  /** Names for those who hear it, and keys while it has the focus. */
  private dress({ wrapper, title, description, footer, nextButton, closeButton }: PopoverDOM): void {
    // driver.js makes them <header> and <footer>: landmarks of the page, which they are not.
    title.setAttribute('role', 'none');
    footer.setAttribute('role', 'group');
    footer.setAttribute('aria-label', 'Stops of the tour');
    closeButton.setAttribute('aria-label', 'Skip the tour');
    closeButton.title = 'Skip the tour (Esc)';
    description.setAttribute('aria-live', 'polite');
    wrapper.addEventListener('keydown', (event) => {
      const act = {
        ArrowRight: () => void this.go(this.index + 1),
        ArrowLeft: () => void this.go(this.index - 1),
        Escape: () => this.end(false),
      }[event.key];
      if (!act) return;
      event.preventDefault();
      event.stopPropagation();
      act();
    });
    window.setTimeout(() => nextButton.focus(), 0);
  }

  /** driver.js keeps Tab inside the popover; the lab has more to offer. */
  private readonly freeTab = (event: KeyboardEvent): void => {
    if (event.key === 'Tab') event.stopImmediatePropagation();
  };

  /** The end, reached or skipped. @param done begin anew the next time */
  end(done: boolean): void {
    if (this.over) return;
    this.over = true;
    current = null;
    if (done) localStorage.removeItem(STORED);
    window.removeEventListener('resize', this.place);
    window.removeEventListener('keydown', this.freeTab, true);
    this.driver.destroy();
    this.mark.remove();
    this.lab.picture?.fit();
    useView.setState({ colourBy: 'owner' });
    document.querySelector<HTMLElement>('[data-picture]')?.focus();
  }
}

/** Is what runs still the tour's experiment, untouched? */
function sameRun(): boolean {
  return JSON.stringify(useExperiment.getState().experiment) === JSON.stringify(TOUR_EXPERIMENT);
}

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}

let current: Tour | null = null;

/** Begin the tour, or go on where it was skipped; ends the one that is on. */
export async function toggleTour(lab: Lab): Promise<void> {
  if (current) return current.end(false);
  useView.setState({ dialog: null });
  current = new Tour(lab);
  const stored = Number(localStorage.getItem(STORED) ?? 0);
  await current.go(Number.isInteger(stored) && stored > 0 && stored < STOPS.length ? stored : 0);
}
