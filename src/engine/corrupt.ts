/** Spoils a kernel's state on purpose, so that a test can see an invariant lamp go red. For tests only. */
import type { Kernel } from '../kernel/kernel-state.ts';
import type { InvariantId } from '../kernel/watched-invariants.ts';

/** Break one invariant, in a way the model survives. */
export function corrupt(k: Kernel, id: InvariantId): void {
  switch (id) {
    case 'pages':
      k.counters.pgfree++;
      return;
    case 'tasks':
      k.processes[0].liveChildren++;
      return;
    case 'queues':
      if (k.autonuma.queues.length > 0) k.autonuma.queues[0].pages++;
      return;
    case 'counters':
      k.counters.numa_miss++;
  }
}
