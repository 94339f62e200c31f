/** The kernel log: the last lines that match, following the end unless one scrolls up. */
import { useDeferredValue, useLayoutEffect, useRef, useState } from 'react';
import { LOG_SHOWN, PANEL_INTERVAL_MS } from '../constants.ts';
import { useObservation } from '../store.ts';
import { useLab, usePolled } from './use-lab.ts';

export function LogPanel() {
  const lab = useLab();
  const list = useRef<HTMLOListElement>(null);
  const [filter, setFilter] = useState('');
  const [follow, setFollow] = useState(true);
  const wanted = useDeferredValue(filter.trim().toLowerCase());
  const lines = usePolled(() => lab.log.lines, PANEL_INTERVAL_MS);
  const debug = usePolled(
    () => useObservation.getState().summary?.knobs['autonuma/debug'] === '1',
    PANEL_INTERVAL_MS,
  );
  const matching = wanted ? lines.filter((line) => line.text.toLowerCase().includes(wanted)) : lines;
  const shown = matching.slice(-LOG_SHOWN);

  useLayoutEffect(() => {
    if (follow && list.current) list.current.scrollTop = list.current.scrollHeight;
  }, [follow, shown]);

  return (
    <div className="log">
      <div className="log-tools">
        <input
          type="search"
          value={filter}
          placeholder="filter"
          aria-label="Filter the kernel log"
          onChange={(event) => setFilter(event.target.value)}
        />
        <label>
          <input type="checkbox" checked={follow} onChange={(event) => setFollow(event.target.checked)} />
          follow
        </label>
      </div>
      <ol
        ref={list}
        tabIndex={0}
        aria-label="Kernel log"
        onScroll={(event) => {
          const { scrollTop, scrollHeight, clientHeight } = event.currentTarget;
          const atEnd = scrollHeight - scrollTop - clientHeight < 24;
          if (atEnd !== follow) setFollow(atEnd);
        }}
      >
        {shown.map((line) => (
          <li key={line.sequence}>
            <time>[{(line.ns / 1e9).toFixed(6).padStart(12)}]</time> {line.text}
          </li>
        ))}
      </ol>
      <p className="hint">
        {lines.length === 0 && 'The kernel has said nothing yet. '}
        {matching.length > shown.length && `The last ${shown.length} of ${matching.length} lines. `}
        {!debug && (
          <>
            More with{' '}
            <button
              type="button"
              className="plain link"
              onClick={() => void lab.writeKnob('autonuma/debug', '1')}
            >
              <code>autonuma/debug</code> = 1
            </button>
            .
          </>
        )}
      </p>
    </div>
  );
}
