/** The tests that `perf bench numa mem -a` runs, by name (benchmarks.md 3.4). */

const RAM = '-s 20 -zZq --thp 1 --no-data_rand_walk';
const CONVERGENCE = '-s 100 -zZ0qcm --thp 1';
const BANDWIDTH = '-s 20 -zZ0q --thp 1';

interface Layout {
  processes: number;
  threads: number;
  memory: string;
}

/** `4x8 P512`: processes, threads of each, memory. */
function layout(text: string): Layout {
  const [, processes, threads, letter, mb] = /^(\d+)x(\d+) ([PT])(\d+)$/.exec(text)!;
  return { processes: Number(processes), threads: Number(threads), memory: `-${letter} ${mb}` };
}

const suite = new Map<string, string>();

function add(name: string, text: string, rest: string, withoutHugePages = false): void {
  const { processes, threads, memory } = layout(text);
  const line = `-p ${processes} -t ${threads} ${memory} ${rest}`;
  suite.set(name, line);
  if (withoutHugePages) suite.set(`${name}-NOTHP`, `${line} --thp -1`);
}

/** A test named after its layout. */
function addLayout(text: string, kind: string, rest: string, withoutHugePages = false): void {
  add(`${text.split(' ')[0]}-${kind}`, text, rest, withoutHugePages);
}

add('RAM-bw-local', '1x1 P1024', `-C 0 -M 0 ${RAM}`, true);
add('RAM-bw-remote', '1x1 P1024', `-C 0 -M 1 ${RAM}`);
add('RAM-bw-local-2x', '2x1 P1024', `-C 0,2 -M 0x2 ${RAM}`);
add('RAM-bw-remote-2x', '2x1 P1024', `-C 0,2 -M 1x2 ${RAM}`);
add('RAM-bw-cross', '2x1 P1024', `-C 0,8 -M 1,0 ${RAM}`);

for (const text of ['1x3 P512', '1x4 P512', '1x6 P1020', '2x3 P1020', '3x3 P1020'])
  addLayout(text, 'convergence', CONVERGENCE);
addLayout('4x4 P512', 'convergence', CONVERGENCE, true);
for (const text of ['4x6 P1020', '4x8 P512']) addLayout(text, 'convergence', CONVERGENCE);
addLayout('8x4 P512', 'convergence', CONVERGENCE, true);
for (const text of ['3x1 P512', '4x1 P512', '8x1 P512', '16x1 P256', '32x1 P128'])
  addLayout(text, 'convergence', CONVERGENCE);

for (const text of ['2x1 P1024', '3x1 P1024', '4x1 P1024']) addLayout(text, 'bw-process', BANDWIDTH);
addLayout('8x1 P512', 'bw-process', BANDWIDTH, true);
addLayout('16x1 P256', 'bw-process', BANDWIDTH);
for (const text of ['1x4 T256', '1x8 T256', '1x16 T128', '1x32 T64']) addLayout(text, 'bw-thread', BANDWIDTH);
for (const text of ['2x3 P512', '4x4 P512', '4x6 P512']) addLayout(text, 'bw-process', BANDWIDTH);
addLayout('4x8 P512', 'bw-process', BANDWIDTH, true);
for (const text of ['3x3 P512', '5x5 P512', '2x16 P512', '1x32 P2048'])
  addLayout(text, 'bw-process', BANDWIDTH);

add('numa02-bw', '1x32 T32', BANDWIDTH, true);
add('numa01-bw-thread', '2x16 T192', BANDWIDTH, true);

/** Names of the tests, in the order of the suite. */
export const PERF_BENCH_SUITE: readonly string[] = [...suite.keys()];

/** What some of them were called in 2012. */
const OLD_NAMES: Readonly<Record<string, string>> = {
  '4x1-bw-thread': '1x4-bw-thread',
  '8x1-bw-thread': '1x8-bw-thread',
  '16x1-bw-thread': '1x16-bw-thread',
  '32x1-bw-thread': '1x32-bw-thread',
};

/** The options of a test, as a command line; undefined when there is none of this name. */
export function suiteOptions(name: string): string | undefined {
  return suite.get(OLD_NAMES[name] ?? name);
}
