/**
 * The present on the timeline, to be dragged or moved by keys to any tick ever simulated. It follows time ten times a second and the
 * pointer at once, by style alone: React renders it once.
 */
import { useEffect, useRef, type KeyboardEvent, type PointerEvent } from 'react';
import { formatTick } from '../format.ts';
import type { Lab } from '../lab.ts';
import { useObservation } from '../store.ts';
import { timelineEnd } from './timeline-scale.ts';
import { useLab } from './use-lab.ts';

const FOLLOW_MS = 100;
/** What an arrow key moves, and with Shift, in ticks. */
const ARROW_TICKS = 100;
const SHIFT_ARROW_TICKS = 1000;

export function Scrubber() {
  const lab = useLab();
  const slider = useRef<HTMLDivElement>(null);
  /** Where the pointer holds it, null when it is not held. */
  const held = useRef<number | null>(null);

  useEffect(() => {
    const follow = () => slider.current && place(slider.current, lab, held.current);
    follow();
    const timer = window.setInterval(follow, FOLLOW_MS);
    return () => window.clearInterval(timer);
  }, [lab]);

  const goTo = (tick: number) => {
    const known = Math.max(0, Math.min(lab.time.end, Math.round(tick)));
    void lab.time.seek(known);
    if (slider.current) place(slider.current, lab, known);
    return known;
  };
  const onPointer = (event: PointerEvent<HTMLDivElement>) => {
    const { left, width } = event.currentTarget.getBoundingClientRect();
    held.current = goTo((scaleOf(lab) * (event.clientX - left)) / Math.max(1, width));
  };
  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>) => {
    const arrow = event.shiftKey ? SHIFT_ARROW_TICKS : ARROW_TICKS;
    const { tick, end } = lab.time;
    const goals: Record<string, number | 'next' | 'previous'> = {
      ArrowLeft: tick - arrow,
      ArrowDown: tick - arrow,
      ArrowRight: tick + arrow,
      ArrowUp: tick + arrow,
      PageUp: 'next',
      PageDown: 'previous',
      Home: 0,
      End: end,
    };
    const goal = goals[event.key];
    if (goal === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    if (typeof goal === 'number') goTo(goal);
    else void lab.time.toMark(goal === 'next' ? 1 : -1);
  };
  return (
    <div
      ref={slider}
      className="scrubber"
      role="slider"
      tabIndex={0}
      aria-label="Time"
      aria-valuemin={0}
      aria-valuenow={0}
      title="Drag, or: arrows 0.1 s, Shift with arrows 1 s, Page Up and Page Down to the marks, Home and End"
      onPointerDown={(event) => {
        if (event.button !== 0) return;
        event.currentTarget.setPointerCapture(event.pointerId);
        onPointer(event);
      }}
      onPointerMove={(event) => held.current !== null && onPointer(event)}
      onPointerUp={() => (held.current = null)}
      onPointerCancel={() => (held.current = null)}
      onKeyDown={onKeyDown}
    >
      <span className="known" />
      <span className="elapsed" />
      <span className="thumb" />
    </div>
  );
}

/** Ticks that the whole bar stands for. */
function scaleOf(lab: Lab): number {
  const tick = useObservation.getState().summary?.tick ?? 0;
  return timelineEnd(Math.max(lab.time.end, tick) / 1000) * 1000;
}

/** Put everything where it belongs; the marks beside the slider follow the same scale. */
function place(slider: HTMLDivElement, lab: Lab, held: number | null): void {
  const tick = held ?? lab.pump?.stats.tick ?? useObservation.getState().summary?.tick ?? 0;
  const end = Math.max(lab.time.end, tick);
  const { style } = slider.parentElement ?? slider;
  style.setProperty('--scale', String(scaleOf(lab)));
  style.setProperty('--now', String(tick));
  style.setProperty('--known', String(end));
  slider.setAttribute('aria-valuenow', String(tick));
  slider.setAttribute('aria-valuemax', String(end));
  slider.setAttribute('aria-valuetext', `${formatTick(tick)} of ${formatTick(end)} seconds simulated`);
}
