/** The documentation's example must work. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { WORKLOADS } from './catalog.ts';
import { workloadFromFile } from './compile.ts';
import { likeNodes, TWO_NODES } from './machines.test-util.ts';
import { VARIANTS } from './workload.ts';

it('docs/workload-file.md shows a file that compiles, in each variant it has', () => {
  const page = readFileSync(new URL('../../docs/workload-file.md', import.meta.url), 'utf8');
  const json = /```json\n(.*?)```/s.exec(page)![1];
  const workload = workloadFromFile(JSON.parse(json));
  expect(workload.variants).toEqual(VARIANTS.slice(0, 2));
  for (const machine of [TWO_NODES, likeNodes(4, 8, 8192)]) {
    for (const variant of workload.variants) {
      const set = workload.build(machine, { variant, parameters: {}, seed: 1 });
      expect(set.start).toHaveLength(3);
    }
  }
});

it('docs/programs.md has a line for every program, and no others', () => {
  const page = readFileSync(new URL('../../docs/programs.md', import.meta.url), 'utf8');
  const table = page.slice(0, page.indexOf('## perf bench'));
  const names = [...table.matchAll(/^\| `([\w-]+)` \|/gm)].map((match) => match[1]);
  expect(names.sort()).toEqual(WORKLOADS.map((workload) => workload.name).sort());
});
