/** What is under the pointer, in words and numbers. Its place follows the pointer without React. */
import { useEffect, useRef, useState } from 'react';
import type { Inspection } from '../../protocol/summary.ts';
import { HOVER_INTERVAL_MS } from '../constants.ts';
import { useLab } from './use-lab.ts';

const OFFSET = 14;
/** Rows shown; the Selected panel has all. */
const ROWS = 8;

export function Tooltip() {
  const lab = useLab();
  const box = useRef<HTMLDivElement>(null);
  const [inspection, setInspection] = useState<Inspection | null>(null);

  useEffect(() => {
    let timer = 0;
    let asking = false;
    let askedAt = -Infinity;

    const place = () => {
      const element = box.current;
      if (!element) return;
      const { x, y } = lab.hover;
      const right = x + OFFSET + element.offsetWidth > window.innerWidth - 8;
      const below = y + OFFSET + element.offsetHeight > window.innerHeight - 8;
      const left = right ? x - OFFSET - element.offsetWidth : x + OFFSET;
      const top = below ? y - OFFSET - element.offsetHeight : y + OFFSET;
      element.style.transform = `translate(${Math.max(4, left)}px, ${Math.max(4, top)}px)`;
    };
    const ask = async () => {
      timer = 0;
      const { target } = lab.hover;
      if (!target || asking) return;
      asking = true;
      askedAt = performance.now();
      const answer = await lab.inspect(target);
      asking = false;
      if (!lab.hover.target) return;
      setInspection(answer);
      place();
      schedule();
    };
    // Asked again while the pointer rests: the figures change as the simulation runs.
    const schedule = () => {
      timer ||= window.setTimeout(
        () => void ask(),
        Math.max(0, askedAt + HOVER_INTERVAL_MS - performance.now()),
      );
    };
    lab.hover.listen(() => {
      if (!lab.hover.target) {
        window.clearTimeout(timer);
        timer = 0;
        setInspection(null);
        return;
      }
      place();
      if (!asking) schedule();
    });
    return () => {
      window.clearTimeout(timer);
      lab.hover.listen(null);
    };
  }, [lab]);

  return (
    <div ref={box} className="tooltip" role="tooltip" hidden={!inspection} data-testid="tooltip">
      {inspection && (
        <>
          <strong>{inspection.title}</strong>
          <dl>
            {inspection.rows.slice(0, ROWS).map(({ name, value }) => (
              <div key={name}>
                <dt>{name}</dt>
                <dd>{value}</dd>
              </div>
            ))}
          </dl>
        </>
      )}
    </div>
  );
}
