/** Numbers as people read them: units, thin spaces between thousands, and the mapping of knobs to sliders. */
import type { KnobInfo } from '../protocol/summary.ts';

const GROUP = '\u202f';

/** 20914 -> "20 914" with narrow no-break spaces. */
export function formatCount(value: number): string {
  if (!Number.isFinite(value)) return '–';
  const rounded = Math.round(value);
  const digits = Math.abs(rounded).toString();
  return (rounded < 0 ? '−' : '') + digits.replace(/\B(?=(\d{3})+$)/g, GROUP);
}

/** 208000 -> "208k": short numbers for axes. */
export function formatShort(value: number): string {
  const size = Math.abs(value);
  if (size >= 1e9) return `${trim(value / 1e9)}G`;
  if (size >= 1e6) return `${trim(value / 1e6)}M`;
  if (size >= 1e3) return `${trim(value / 1e3)}k`;
  return trim(value);
}

/** Three significant digits without trailing zeros. */
export function trim(value: number): string {
  if (!Number.isFinite(value)) return '–';
  return String(Number(value.toPrecision(3)));
}

/** Ticks of 1 ms -> "12.431". */
export function formatTick(tick: number): string {
  return (tick / 1000).toFixed(3);
}

/** Speed of simulated against wall time: "0.5×", "max". */
export function formatSpeed(speed: number): string {
  return Number.isFinite(speed) ? `${trim(speed)}×` : 'max';
}

/** MB as the kernel counts them, GB from 10 000 MB on. */
export function formatMb(mb: number): string {
  return mb >= 10_000 ? `${trim(mb / 1024)}${GROUP}GB` : `${formatCount(mb)}${GROUP}MB`;
}

/** A share 0..1 as whole percent. */
export function formatShare(share: number): string {
  return Number.isFinite(share) && share >= 0 ? `${Math.round(share * 100)}${GROUP}%` : '–';
}

/** Seconds with enough digits to see them change. */
export function formatSeconds(seconds: number): string {
  const size = Math.abs(seconds);
  if (size < 1) return size === 0 ? `0${GROUP}s` : `${trim(seconds * 1000)}${GROUP}ms`;
  return `${seconds.toFixed(size >= 100 ? 0 : size >= 10 ? 1 : 2)}${GROUP}s`;
}

/** Parse what a person typed into a number field; the text is sent on as it is when this fails. */
export function parseKnobText(text: string): number | null {
  const plain = text.replace(/[\s_\u202f]/g, '');
  return /^\d+$/.test(plain) ? Number(plain) : null;
}

/** How a knob sits on a slider: logarithmic when its range is wide. */
export interface KnobScale {
  logarithmic: boolean;
  minimum: number;
  maximum: number;
  /** Slider positions are 0..1000. */
  toPosition(value: number): number;
  fromPosition(position: number): number;
}

export const SLIDER_STEPS = 1000;

/** The scale of a number knob, from its sensible range if it names one. */
export function knobScale(
  knob: Pick<KnobInfo, 'minimum' | 'maximum' | 'sliderMinimum' | 'sliderMaximum'>,
): KnobScale {
  const minimum = knob.sliderMinimum ?? knob.minimum;
  const maximum = Math.max(knob.sliderMaximum ?? knob.maximum, minimum + 1);
  const logarithmic = maximum / Math.max(1, minimum) > 100;
  // One is added so that a range that begins at zero has a logarithm.
  const low = Math.log(minimum + 1);
  const span = Math.log(maximum + 1) - low;
  const clamp = (position: number) => Math.min(SLIDER_STEPS, Math.max(0, position));
  return {
    logarithmic,
    minimum,
    maximum,
    toPosition: (value) =>
      clamp(
        Math.round(
          SLIDER_STEPS *
            (logarithmic
              ? (Math.log(Math.max(minimum, value) + 1) - low) / span
              : (value - minimum) / (maximum - minimum)),
        ),
      ),
    fromPosition: (position) => {
      const share = clamp(position) / SLIDER_STEPS;
      if (share === 0) return minimum;
      if (share === 1) return maximum;
      if (!logarithmic) return Math.round(minimum + share * (maximum - minimum));
      return roundNicely(Math.exp(low + share * span) - 1, minimum, maximum);
    },
  };
}

/** Two significant digits, so that a dragged slider gives numbers one can say. */
function roundNicely(value: number, minimum: number, maximum: number): number {
  const nice = value >= 100 ? Number(value.toPrecision(2)) : Math.round(value);
  return Math.min(maximum, Math.max(minimum, nice));
}

/** The legal range and default of a knob in one short line. */
export function describeKnob(knob: KnobInfo): string {
  const unit = knob.unit ? `${GROUP}${knob.unit}` : '';
  if (knob.kind === 'flag') return `default ${knob.default}`;
  if (knob.kind === 'choice') return `default ${knob.default}`;
  const top = knob.maximum >= 0xffffffff ? '2³²−1' : formatCount(knob.maximum);
  return `default ${formatCount(Number(knob.default))}${unit}, ${formatCount(knob.minimum)} to ${top}`;
}
