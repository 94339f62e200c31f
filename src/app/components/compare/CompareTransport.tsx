/** One transport and one clock for all runs of a comparison. */
import { Pause, Play, RotateCcw, StepForward } from 'lucide-react';
import { STEP_GRAINS, type StepGrain } from '../../../protocol/engine-api.ts';
import { STEP_TITLES } from '../../../protocol/summary.ts';
import { useComparison } from '../../compare/compared-run.ts';
import { commandHint } from '../../commands.ts';
import { formatSpeed, formatTick } from '../../format.ts';
import { useView } from '../../store.ts';
import { Speed } from '../Transport.tsx';
import { useRun } from '../use-lab.ts';

export function CompareTransport() {
  const run = useRun();
  const playing = useComparison((state) => state.playing);
  const finished = useComparison((state) => state.finished);
  const grain = useView((view) => view.grain);
  return (
    <div className="transport" role="group" aria-label="Transport of all runs">
      <button
        type="button"
        className="primary play"
        title={commandHint('run.toggle')}
        onClick={() => run('run.toggle')}
      >
        {playing ? <Pause size={14} /> : <Play size={14} />}
        {playing ? 'Pause' : finished ? 'Again' : 'Play'}
      </button>
      <button
        type="button"
        className="icon"
        title={commandHint('run.restart')}
        aria-label="Restart all runs"
        onClick={() => run('run.restart')}
      >
        <RotateCcw size={15} />
      </button>
      <span className="joined">
        <button
          type="button"
          className="icon"
          title={commandHint('run.step')}
          aria-label={`Step all runs to the next ${STEP_TITLES[grain]}`}
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

/** The time of all runs, and who sets the pace. */
function Clock() {
  const tick = useComparison((state) => state.tick);
  const pace = usePace();
  return (
    <div className="clock">
      <span className="time" data-testid="compare-time">
        t = {formatTick(tick)} s
      </span>
      <span className="pace" role="status">
        {pace}
      </span>
    </div>
  );
}

/** Below this share of the wanted speed the slowest run is named. */
const KEEPING_UP = 0.9;

function usePace(): string {
  const speed = useView((view) => view.speed);
  const { playing, finished, waiting, achieved, slowest, runs } = useComparison();
  if (waiting) return waiting;
  if (finished) return 'all finished';
  if (!playing) return runs.every(({ status }) => status === 'booting') ? 'booting' : 'paused';
  if (achieved === 0) return 'runs';
  const words = `runs at ${formatSpeed(Number(achieved.toPrecision(2)))}`;
  return achieved < speed * KEEPING_UP && runs.length > 1 ? `${words}, pace of ${slowest}` : words;
}
