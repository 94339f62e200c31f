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
    () => useObservation.getState().summary?.knobs['autonuma/debug'],
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
      {lines.length === 0 && <Silence debug={debug} />}
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
        {matching.length > shown.length && `The last ${shown.length} of ${matching.length} lines. `}
        {debug === '0' && lines.length > 0 && (
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

/** Why there is nothing to read, and what to do about it. */
function Silence({ debug }: { debug: string | undefined }) {
  const lab = useLab();
  if (debug === '1') return <p className="hint">autonuma/debug is 1; nothing has happened that it prints.</p>;
  if (debug === undefined)
    return <p className="hint">Empty: without AutoNUMA nothing writes to the kernel log.</p>;
  return (
    <div className="silence">
      <p>
        Empty: AutoNUMA prints only while <code>autonuma/debug</code> is 1, and it is 0.
      </p>
      <button type="button" onClick={() => void lab.writeKnob('autonuma/debug', '1')}>
        Write 1 to autonuma/debug
      </button>
    </div>
  );
}
