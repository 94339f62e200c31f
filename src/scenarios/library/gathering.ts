/** Processes that find nodes for themselves. */
import type { Scenario } from '../scenario.ts';

export const CROSSING: Scenario = {
  name: 'crossing',
  title: 'Two processes cross',
  question: 'Both were born on node 0, and half of the threads of each run on node 1. Who goes where?',
  expected:
    'Process statistics gather all threads of one process on node 0 and all of the other on node 1; the pages follow. After a minute every access is local and nothing moves.',
  look: 'The two colours on the CPUs separate within 15 s, those of the pages after the third scan pass. In the rows below, memory and threads end on the same node.',
  speed: 5,
  seconds: 60,
  settings: { machine: 'westmere-2n', workload: 'crossed' },
  against: { name: 'off', title: 'without AutoNUMA', change: { policy: 'off' } },
};

export const LARGER: Scenario = {
  name: 'larger-than-node',
  title: 'One process, bigger than a node',
  question: 'No node can hold it. Can it ever be local?',
  expected:
    'Yes: each thread has a slice of its own, so thread statistics spread threads and slices over both nodes. After 30 s nearly every access is local, half of the memory on each node.',
  look: 'Arrows in both directions at once: node 1 is full, and each page that leaves it makes room for one that comes.',
  speed: 3,
  seconds: 45,
  settings: { machine: 'westmere-2n', workload: 'larger-than-node' },
  against: { name: 'off', title: 'without AutoNUMA', change: { policy: 'off' } },
};

export const OVERCOMMIT: Scenario = {
  name: 'overcommit',
  title: 'Twice as many threads as CPUs',
  question:
    'Eight Java servers share four nodes, two threads a CPU, and CFS keeps them moving. Do they still find a home each?',
  expected:
    'Yes, but not fast: pages first follow threads that are still wandering, which makes it worse. Then the processes gather, two on each node, and after 50 s nine accesses in ten are local.',
  look: 'The eight rows below: memory is spread over all nodes by 20 s and has one colour each by 50 s.',
  speed: 2,
  seconds: 50,
  settings: {
    machine: 'magny-cours-4n',
    workload: 'specjbb',
    parameters: { jvms: 8, overcommit: 200, mib: 512 },
  },
  against: { name: 'off', title: 'without AutoNUMA', change: { policy: 'off' } },
};

export const BOUND_NEIGHBOURS: Scenario = {
  name: 'bound-neighbours',
  title: 'Bound neighbours move in',
  question: 'At 20 s two processes start that are bound to nodes 0 and 1. What do the two do that are free?',
  expected:
    'They leave: by 40 s nearly all their threads are on nodes 2 and 3, one process each, and a minute after the bound ones came their memory is there too.',
  look: 'CPUs of nodes 0 and 1 change colour at 20 s. Then the arrows lead away from there.',
  speed: 3,
  seconds: 80,
  settings: { machine: 'magny-cours-4n', workload: 'bound-neighbours' },
};

export const LOCAL_ALREADY: Scenario = {
  name: 'nothing-to-do',
  title: 'Nothing to do',
  question: 'Every process touched its memory where it runs. Does AutoNUMA leave well alone?',
  expected:
    'Yes: the scanner marks and the faults count, but not one page moves and no task is pushed. All of it takes less than a thousandth of the CPU time.',
  look: 'Panel 3: numa_hint_faults grows, pgmigrate_success stays 0.',
  speed: 5,
  seconds: 40,
  settings: { machine: 'westmere-2n', workload: 'local-already' },
};
