/** Performance figures (H): how fresh the picture is and who spends the time. */
import { useEffect, useState } from 'react';
import { trim } from '../format.ts';
import type { PumpStats } from '../frame-pump.ts';
import { useLab } from './use-lab.ts';

const REFRESH_MS = 500;

export function Hud() {
  const lab = useLab();
  const [stats, setStats] = useState<PumpStats | null>(null);
  const [sharpness, setSharpness] = useState(1);
  useEffect(() => {
    const timer = window.setInterval(() => {
      setStats(lab.pump ? { ...lab.pump.stats } : null);
      setSharpness(lab.picture?.stats().sharpness ?? 1);
    }, REFRESH_MS);
    return () => window.clearInterval(timer);
  }, [lab]);
  const rows: [string, string][] = stats
    ? [
        ['fresh frames', `${stats.freshPerSecond.toFixed(1)} /s of ${stats.animationPerSecond.toFixed(0)}`],
        ['page script', `${stats.scriptMs.toFixed(1)} ms (worst ${stats.worstScriptMs.toFixed(0)})`],
        ['worker slice', `${stats.workerSliceMs.toFixed(1)} ms`],
        ['worker frame', `${stats.workerFrameMs.toFixed(1)} ms`],
        ['frame size', `${trim(stats.frameBytes / 1024)} KiB`],
        ['simulated s / s', trim(stats.achievedSpeed)],
        ['dropped events', `${stats.droppedMoves} task moves`],
        ['map sharpness', sharpness < 1 ? `${sharpness * 100} %, lowered to hold 45 /s` : '100 %'],
      ]
    : [['waiting', '']];
  return (
    <dl className="hud" aria-label="Performance figures">
      {rows.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
