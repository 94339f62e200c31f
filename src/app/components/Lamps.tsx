/** What must hold between any two ticks, a lamp each: lit words, not colour alone. */
import type { Lamp } from '../../protocol/why.ts';
import { useObservation } from '../store.ts';

/** Ticks are milliseconds. */
const seconds = (tick: number): string => `${(tick / 1000).toFixed(3)} s`;

export function Lamps() {
  const lamps = useObservation((state) => state.summary?.lamps) ?? [];
  if (lamps.length === 0) return null;
  return (
    <section className="lamps" aria-label="Invariants">
      <h3>What must hold at any moment</h3>
      <ul>
        {lamps.map((lamp) => (
          <li key={lamp.id} className={lamp.ok ? 'holds' : 'broken'} data-lamp={lamp.id}>
            <span aria-hidden="true">{lamp.ok ? '●' : '▲'}</span> {lamp.title}:{' '}
            <strong>{lamp.ok ? (lamp.checkedTick < 0 ? 'not looked at yet' : 'holds') : 'broken'}</strong>
            {!lamp.ok && <p>{sinceWhen(lamp)}</p>}
          </li>
        ))}
      </ul>
    </section>
  );
}

function sinceWhen(lamp: Lamp): string {
  const when = lamp.exact
    ? `first at ${seconds(lamp.brokenTick)} (tick ${lamp.brokenTick})`
    : `between ${seconds(Math.max(0, lamp.heldTick))} and ${seconds(lamp.brokenTick)}`;
  return `${lamp.violation}; ${when}${lamp.search ? `; ${lamp.search}` : ''}.`;
}
