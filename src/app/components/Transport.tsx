/** Play, pause, restart, step, speed, and the clock. */
import { RotateCcw, StepBack, StepForward } from 'lucide-react';
import { STEP_GRAINS, type StepGrain } from '../../protocol/engine-api.ts';
import { STEP_TITLES } from '../../protocol/summary.ts';
import { commandHint } from '../commands.ts';
import { SPEEDS } from '../constants.ts';
import { formatSpeed, formatTick } from '../format.ts';
import { useObservation, useView } from '../store.ts';
import { PlayButton } from './PlayButton.tsx';
import { useRun } from './use-lab.ts';

export function Transport() {
  const run = useRun();
  const ready = useObservation((state) => state.status === 'ready');
  const stepping = useObservation((state) => state.step.running);
  const grain = useView((view) => view.grain);
  return (
    <div className="transport" role="group" aria-label="Transport">
      <PlayButton />
      <button
        type="button"
        className="icon"
        title={commandHint('run.restart')}
        aria-label="Restart"
        onClick={() => run('run.restart')}
      >
        <RotateCcw size={15} />
      </button>
      <span className="joined">
        <button
          type="button"
          className="icon"
          disabled={!ready || stepping}
          title={commandHint('run.step-back')}
          aria-label={`Step back to the previous ${STEP_TITLES[grain]}`}
          onClick={() => run('run.step-back')}
        >
          <StepBack size={15} />
        </button>
        <button
          type="button"
          className="icon"
          disabled={!ready || stepping}
          title={commandHint('run.step')}
          aria-label={`Step to the next ${STEP_TITLES[grain]}`}
          onClick={() => run('run.step')}
        >
          <StepForward size={15} />
        </button>
        <select
          className="grain"
          aria-label="Step grain"
          title={commandHint('run.grain')}
          value={grain}
          onChange={(event) => run('run.grain', event.target.value as StepGrain)}
        >
          {STEP_GRAINS.map((each) => (
            <option key={each} value={each}>
              {STEP_TITLES[each]}
            </option>
          ))}
        </select>
      </span>
      <Speed />
      <Clock />
    </div>
  );
}

/** A slider over round speeds, logarithmic by their choice. */
export function Speed() {
  const run = useRun();
  const speed = useView((view) => view.speed);
  const nearest = SPEEDS.findIndex((stop) => stop >= speed);
  const index = nearest < 0 ? SPEEDS.length - 1 : nearest;
  return (
    <label className="speed" title={`${commandHint('run.slower')}, ${commandHint('run.faster')}`}>
      <span className="sr-only">Speed, simulated seconds per second</span>
      <input
        type="range"
        min={0}
        max={SPEEDS.length - 1}
        step={1}
        value={index}
        aria-valuetext={Number.isFinite(speed) ? `${speed} times real time` : 'as fast as possible'}
        onChange={(event) => run('run.speed', String(SPEEDS[Number(event.target.value)]))}
      />
      <output>{formatSpeed(speed)}</output>
    </label>
  );
}

/** Simulated time, and how fast it passes. */
function Clock() {
  const tick = useObservation((state) => state.summary?.tick ?? 0);
  const behind = useObservation((state) => state.summary?.behind ?? false);
  const playing = useObservation((state) => state.summary?.playing ?? false);
  const finished = useObservation((state) => state.summary?.finished ?? false);
  const achieved = useObservation((state) =>
    formatSpeed(Number((state.summary?.achievedSpeed ?? 0).toPrecision(2))),
  );
  const pace = finished
    ? 'finished'
    : !playing
      ? 'paused'
      : behind
        ? `${achieved}, cannot keep up`
        : `runs at ${achieved}`;
  return (
    <div className="clock">
      <span className="time" data-testid="time">
        t = {formatTick(tick)} s
      </span>
      <span className={behind && playing ? 'pace behind' : 'pace'} data-testid="pace">
        {pace}
      </span>
    </div>
  );
}
