import { describe, expect, it } from 'vitest';
import { readSysfs } from '../kernel/sysfs/sysfs.ts';
import { bootWithKnobs, knobPath } from './boot.ts';
import { bootFromExperiment, ExperimentError, resolveExperiment } from './experiment.ts';
import type { ExperimentLike } from './experiment.ts';
import { workloadByName, workloadEntries } from './registry.ts';

const EXPERIMENT: ExperimentLike = {
  machine: 'westmere-2n',
  workload: 'crossed',
  variant: 'default',
  parameters: {},
  policy: 'autonuma',
  autonumaVersion: 'alpha6',
  noautonuma: false,
  thp: 'off',
  seed: 1,
};

describe('resolving an experiment', () => {
  it('takes names, and whole files', () => {
    const named = resolveExperiment(EXPERIMENT);
    expect(named.workload.name).toBe('crossed');
    expect(named.boot).toMatchObject({ policy: 'autonuma', thp: 'off', noautonuma: false, seed: 1 });
    expect(named.boot.machine.cpus).toHaveLength(24);
    const machine = { name: 'one', nodes: [{ cpus: [0], memory_mb: 256 }], distances: [[10]] };
    const workload = { name: 'w', title: 'W', processes: [{ name: 'p', phases: [{ compute_ms: 5 }] }] };
    expect(bootFromExperiment({ ...EXPERIMENT, machine, workload }).programs.title).toBe('W');
  });

  const wrong: [Partial<ExperimentLike>, string, string][] = [
    [{ machine: 'pdp-11' }, 'machine', 'machine: expected one of westmere-2n'],
    [{ machine: { name: 'x', nodes: 3 } }, 'machine', 'machine: nodes: expected'],
    [{ workload: 'nothing' }, 'workload', 'workload: there is no workload "nothing"'],
    [{ workload: { name: 'x' } }, 'workload', 'workload: title: this field is missing'],
    [{ variant: 'hard' }, 'variant', 'variant: expected "default" or "hard_bind"'],
    [
      { parameters: { thread: 1 } },
      'parameters.thread',
      'parameters.thread: there is no such parameter (did you mean "threads"?)',
    ],
    [{ parameters: { mib: 9000 } }, 'workload', 'workload: processes[0].regions[0].mib: needs'],
    [{ policy: 'none' }, 'policy', 'policy: expected "autonuma" or "off", got "none"'],
    [{ autonumaVersion: 'alpha60' }, 'version', 'version: expected "alpha6"'],
    [{ thp: 'always' }, 'thp', 'thp: expected "off" or "on"'],
    [{ seed: -1 }, 'seed', 'seed: expected a whole number'],
  ];
  it.each(wrong)('%j', (change, field, message) => {
    let thrown: unknown;
    try {
      resolveExperiment({ ...EXPERIMENT, ...change });
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(ExperimentError);
    expect((thrown as ExperimentError).message).toContain(message);
    expect((thrown as ExperimentError).field).toBe(field);
  });
});

describe('knobs', () => {
  it('may be named by any part of their path that is enough', () => {
    for (const path of [
      'knuma_scand/pmd',
      'autonuma/knuma_scand/pmd',
      '/sys/kernel/mm/autonuma/knuma_scand/pmd',
    ]) {
      expect(knobPath(path)).toBe('autonuma/knuma_scand/pmd');
    }
    expect(knobPath('transparent_hugepage/enabled')).toBe('transparent_hugepage/enabled');
  });

  it('are written before the first tick, or refused in the words of the kernel', () => {
    const boot = bootFromExperiment(EXPERIMENT);
    const kernel = bootWithKnobs(boot, { 'knuma_scand/pmd': '0' });
    expect(kernel.ticks).toBe(0);
    expect(readSysfs(kernel, 'autonuma/knuma_scand/pmd')).toBe('0');
    expect(() => bootWithKnobs(boot, { 'knuma_scand/pmd': '2' })).toThrow(/knuma_scand\/pmd=2: .*EINVAL/);
    expect(() => bootWithKnobs({ ...boot, noautonuma: true }, { debug: '1' })).toThrow(
      /debug=1: .*No such file/,
    );
  });
});

it('the registry lists what can be asked for', () => {
  for (const entry of workloadEntries()) expect(workloadByName(entry.name).title).toBe(entry.title);
});
