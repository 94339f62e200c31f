import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { buildMachine } from '../kernel/machine/build.ts';
import { MACHINE_PRESETS, presetNames } from '../kernel/machine/presets.ts';
import { FormatError } from './error.ts';
import { parseMachineFile } from './machine-file.ts';

/** The example of the documentation. */
const EXAMPLE = /```json\n([^]*?)```/.exec(
  readFileSync(new URL('../../docs/machine-file.md', import.meta.url), 'utf8'),
)![1];

function errorOf(text: string): FormatError {
  try {
    parseMachineFile(text);
  } catch (error) {
    if (error instanceof FormatError) return error;
    throw error;
  }
  throw new Error('read without an error');
}

type Json = Record<string, unknown>;

function changed(change: (file: Json) => void): string {
  const file = JSON.parse(EXAMPLE) as Json;
  change(file);
  return JSON.stringify(file);
}

const nodes = (file: Json): Json[] => file.nodes as Json[];

describe('parseMachineFile', () => {
  it('reads the example of docs/machine-file.md', () => {
    const machine = buildMachine(parseMachineFile(EXAMPLE));
    expect(machine.nodes.length).toBe(2);
    expect(machine.cpus[12].siblings).toEqual([0, 12]);
    expect(machine.bandwidth.socketLocal).toBeCloseTo(10.15, 9);
  });

  it.each(presetNames())('reads %s written as a file', (name) => {
    const text = JSON.stringify(MACHINE_PRESETS[name].machine);
    expect(parseMachineFile(text)).toEqual(MACHINE_PRESETS[name].machine);
  });

  it('takes null for a link without a limit', () => {
    const text = changed((file) => {
      file.bandwidth_gbps = {
        controller: [10, 10],
        link: [
          [null, 5],
          [5, null],
        ],
        socket_local: 8,
        socket_remote: 4,
        lone_local: 3,
        lone_remote: 2,
      };
    });
    expect(buildMachine(parseMachineFile(text)).bandwidth.link).toEqual([
      [Infinity, 5],
      [5, Infinity],
    ]);
  });
});

describe('messages', () => {
  it.each<[string, (file: Json) => void]>([
    ['memory: unknown field; expected one of name, nodes, ', (f) => (f.memory = 1)],
    ['Distances: unknown field; did you mean distances?', (f) => (f.Distances = [])],
    ['nodes[1].memoryMb: unknown field; did you mean memory_mb?', (f) => (nodes(f)[1].memoryMb = 1)],
    ['nodes[0].size: unknown field; expected one of cpus, memory_mb, ', (f) => (nodes(f)[0].size = 1)],
    [
      'measured_gbps.onenode: unknown field; did you mean one_node?',
      (f) => ((f.measured_gbps as Json).onenode = 1),
    ],
    ['measured_gbps.hard: expected, but it is missing', (f) => delete (f.measured_gbps as Json).hard],
    ['nodes: expected, but it is missing', (f) => delete f.nodes],
    ['name: expected a text, got 7', (f) => (f.name = 7)],
    ['nodes[0].cpus: expected a list of CPU numbers, got "0-5"', (f) => (nodes(f)[0].cpus = '0-5')],
    ['nodes[1].memory_mb: expected a number, got "8 GB"', (f) => (nodes(f)[1].memory_mb = '8 GB')],
    ['nodes[1].memory_mb: expected an integer from 0 to', (f) => (nodes(f)[1].memory_mb = 0.5)],
    ['distances[0][1]: expected a number, got null', (f) => (f.distances = [[10, null], [21, 10]])], // prettier-ignore
    ['smt_siblings[0]: expected CPUs of one node', (f) => (f.smt_siblings = [[0, 6]])],
    ['latency_ns: expected a list of 2 rows', (f) => (f.latency_ns = [])],
  ])('%s', (message, change) => {
    expect(errorOf(changed(change)).message).toContain(message);
  });

  it('refuses what is not an object', () => {
    expect(errorOf('[]').message).toBe('machine: expected an object, got a list');
    expect(errorOf('null').message).toBe('machine: expected an object, got null');
  });

  it('gives line and column of broken JSON', () => {
    const error = errorOf(EXAMPLE.replace('"nodes": [', '"nodes": ['.replace('[', '[,')));
    expect([error.line, error.column]).toEqual([3, 13]);
    expect(error.message).toBe('line 3, column 13: not JSON: expected a value, got ","');
  });
});

it('reads or refuses any text and any JSON', () => {
  const check = (text: string): void => {
    try {
      parseMachineFile(text);
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
    }
  };
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.json(), fc.jsonValue(), (text, json, value) => {
      check(text);
      check(json);
      for (const key of Object.keys(JSON.parse(EXAMPLE) as Json)) check(changed((f) => (f[key] = value)));
      check(changed((f) => (nodes(f)[0] = value as Json)));
    }),
    { numRuns: 200 },
  );
  fc.assert(
    fc.property(fc.nat(EXAMPLE.length), fc.nat(20), fc.string({ maxLength: 5 }), (at, length, insert) =>
      check(EXAMPLE.slice(0, at) + insert + EXAMPLE.slice(at + length)),
    ),
    { numRuns: 300 },
  );
});
