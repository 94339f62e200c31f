/** Play, pause, or once more. */
import { Pause, Play } from 'lucide-react';
import { commandHint } from '../commands.ts';
import { useObservation } from '../store.ts';
import { useRun } from './use-lab.ts';

export function PlayButton() {
  const run = useRun();
  const playing = useObservation((state) => state.summary?.playing ?? false);
  const finished = useObservation((state) => state.summary?.finished ?? false);
  const ready = useObservation((state) => state.status === 'ready');
  return (
    <button
      type="button"
      className="primary play"
      disabled={!ready}
      title={commandHint('run.toggle')}
      onClick={() => run('run.toggle')}
    >
      {playing ? <Pause size={14} /> : <Play size={14} />}
      {playing ? 'Pause' : finished ? 'Again' : 'Play'}
    </button>
  );
}
