/** Says that the worker is gone, without taking the picture away. */
import { useObservation } from '../store.ts';
import { useLab } from './use-lab.ts';

export function Banner() {
  const lab = useLab();
  const status = useObservation((state) => state.status);
  const crash = useObservation((state) => state.crash);
  const error = useObservation((state) => state.summary?.error ?? '');
  if (status !== 'crashed' && !error) return null;
  return (
    <div className="banner" role="alert">
      <p>
        <strong>The simulated kernel has stopped.</strong> The worker that runs it failed: {crash}. The last
        picture is kept.
      </p>
      <button type="button" className="primary" onClick={() => void lab.restart()}>
        Restart the kernel
      </button>
    </div>
  );
}
