/** The sentence over the picture, as it is now. */
import { useObservation } from './store.ts';

export function captionNow(): string {
  const { status, step, summary } = useObservation.getState();
  if (step.running) return 'Stepping …';
  if (step.sentence && !summary?.playing) return step.sentence;
  if (summary) return summary.caption;
  return status === 'starting' ? 'Booting the machine …' : '';
}
