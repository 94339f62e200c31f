/** Where the statistics come from: how often the scanner comes by, and what children inherit. */
import type { Scenario } from '../scenario.ts';

const SCAND = 'autonuma/knuma_scand';

export const TOO_FAST: Scenario = {
  name: 'scan-too-fast',
  title: 'Scanning too fast',
  question: 'Every page is marked several times a second. What does knowing so much cost?',
  expected:
    'A fifth of all CPU time goes to hinting faults, for nothing: the memory is local after the first seconds, and each later pass only finds that out again. At the default rate it is less than a hundredth.',
  look: 'Panel 3: the bill, hinting faults against user time.',
  speed: 0.5,
  seconds: 5,
  settings: {
    machine: 'westmere-2n',
    workload: 'numa02',
    parameters: { mib: 512, passes: 3000 },
    knobs: {
      [`${SCAND}/pmd`]: '0',
      [`${SCAND}/scan_sleep_millisecs`]: '10',
      [`${SCAND}/scan_sleep_pass_millisecs`]: '0',
    },
  },
  against: {
    name: 'default-rate',
    title: 'at the default rate',
    change: { knobs: { [`${SCAND}/pmd`]: '0' } },
  },
};

export const TOO_SLOW: Scenario = {
  name: 'scan-too-slow',
  title: 'Scanning too slowly',
  question:
    'Threads exchange their data every 20 s, and two minutes pass between two scan passes. What does AutoNUMA know by then?',
  expected:
    'Nothing that is still true. After the first exchange nearly every access is remote until the data is given back, by the program and not by AutoNUMA. At the default rate it is local again 10 to 20 s after each exchange.',
  look: 'The chart of local accesses: it falls at 25 s and stays down.',
  speed: 5,
  seconds: 60,
  settings: {
    machine: 'westmere-2n',
    workload: 'phase-change',
    parameters: { seconds: 20 },
    knobs: { [`${SCAND}/scan_sleep_pass_millisecs`]: '60000' },
  },
  against: { name: 'default-rate', title: 'at the default rate', change: { knobs: {} } },
};

export const INHERITED: Scenario = {
  name: 'inherited-statistics',
  title: 'Statistics inherited at fork',
  question:
    'A server that belongs to node 0 forks 12 workers after 20 s. Each has memory of its own. Should it believe its parent’s statistics?',
  expected:
    'No: with clone_reset and fork_reset 0 the children prefer node 0 from birth. All 12 crowd there, take their memory from there and share one memory controller, while node 1 is idle. Reset (the default), six start on each node and finish in half the time.',
  look: 'The CPUs of node 1 stay dark. Then run the other side.',
  speed: 5,
  seconds: 50,
  settings: {
    machine: 'westmere-2n',
    workload: 'prefork',
    knobs: { 'autonuma/scheduler/clone_reset': '0', 'autonuma/scheduler/fork_reset': '0' },
  },
  against: { name: 'reset', title: 'reset at fork', change: { knobs: {} } },
};
