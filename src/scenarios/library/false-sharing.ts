/** What one mark on a page, or on 2 MiB, can and cannot tell apart. */
import type { Scenario } from '../scenario.ts';

export const HOT_PAGE: Scenario = {
  name: 'one-shared-page',
  title: 'One page that everybody writes',
  question:
    'Each thread has a slice of its own, and all 24 write one common page. Does that page spoil the statistics?',
  expected:
    'No: it is one page of half a million, so each thread’s weights are 98 to 2 or clearer, almost as if it did not exist. The slices become local; the common page is local to half of the threads wherever it lies.',
  look: 'Panel 2: 94 % local, the rest is that page. Each thread’s task weight is nearly all on its own node.',
  speed: 3,
  seconds: 40,
  settings: { machine: 'westmere-2n', workload: 'hot-page' },
};

export const HUGE_PAGE: Scenario = {
  name: 'shared-huge-pages',
  title: 'Small slices in huge pages',
  question:
    'No two threads share a small page, but four have slices in the same huge page. Where can that page go?',
  expected:
    'To the node of whoever is sampled, not to all four users: pages move again and again, and after 40 s a third of the accesses is still remote. Slices of whole huge pages are local after 20 s and stay.',
  look: 'Key C until pages are coloured by the node of the last fault: it changes from pass to pass. Then run the other side.',
  speed: 3,
  seconds: 40,
  settings: { machine: 'westmere-2n', workload: 'packed-slices', thp: 'on' },
  against: {
    name: 'aligned',
    title: 'with slices of 2 MiB',
    change: { parameters: { mib: 384 } },
  },
};

export const PTE_PMD: Scenario = {
  name: 'pte-or-pmd',
  title: 'A mark on 2 MiB or on each page',
  question:
    'A collector reads one word in each 2 MiB of the workers’ memory. Is the memory taken for the collector’s?',
  expected:
    'With a mark on 2 MiB (pmd, the default) it is, whenever the collector comes first: memory is dragged after it, and a quarter or more of the accesses stays remote. With a mark on each page (pmd = 0) it answers for one page in 512 and nearly all is local after 20 s, at 500 times as many hinting faults.',
  look: 'Local share in panel 2, numa_hint_faults in panel 3. Write 0 to the knob pmd while it runs.',
  speed: 3,
  seconds: 40,
  settings: { machine: 'westmere-2n', workload: 'collector' },
  against: {
    name: 'pte',
    title: 'with a mark on each page',
    change: { knobs: { 'autonuma/knuma_scand/pmd': '0' } },
  },
};
