import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { DEFAULT_EXPERIMENT, type Experiment } from './experiment.ts';
import {
  EXPERIMENT_FORMAT,
  fromExperimentFile,
  looksLikeExperiment,
  toExperimentFile,
} from './experiment-file.ts';
import { checkExperimentFile, EXPERIMENT_SCHEMA } from './experiment-file-schema.ts';
import { jsonSchema } from './json-schema.test-util.ts';

const SCHEMA_FILE = new URL('../../docs/experiment-file.schema.json', import.meta.url);

const BUSY: Experiment = {
  ...DEFAULT_EXPERIMENT,
  machine: { name: 'two', nodes: [{ cpus: [0], memory_mb: 64 }], distances: [[10]] },
  workload: 'numa01',
  parameters: { mib: 64 },
  seed: 7,
  knobs: { 'autonuma/debug': '1' },
  edits: [
    { tick: 5, path: 'proc/1006/affinity', value: '0-3' },
    { tick: 90, path: 'autonuma/knuma_scand/pmd', value: '0' },
  ],
};

const read = (experiment: Experiment) =>
  fromExperimentFile(checkExperimentFile(JSON.parse(JSON.stringify(toExperimentFile(experiment)))));

describe('the experiment file', () => {
  it('gives back what was put in', () => {
    expect(read(BUSY)).toEqual(BUSY);
    expect(read(DEFAULT_EXPERIMENT)).toEqual(DEFAULT_EXPERIMENT);
  });

  it('keeps title and view', () => {
    const file = toExperimentFile(BUSY, { title: 'two of them', view: { colour: 'age' } });
    expect(checkExperimentFile(JSON.parse(JSON.stringify(file)))).toEqual(file);
  });

  it('may leave out everything that is as on a fresh page', () => {
    expect(fromExperimentFile(checkExperimentFile({ format: EXPERIMENT_FORMAT, version: 1 }))).toEqual(
      DEFAULT_EXPERIMENT,
    );
  });

  it.each<[string, Record<string, unknown>, string]>([
    ['seed', { seed: -1 }, 'seed: expected a whole number from 0 to 4294967295, got -1'],
    ['seed', { seed: 'one' }, 'seed: expected a whole number from 0 to 4294967295, got "one"'],
    ['policy', { policy: 'lottery' }, 'policy: expected "autonuma" or "off", got "lottery"'],
    ['machine', { machine: 5 }, 'machine: expected the name of a machine, or a whole machine file, got 5'],
    ['parameters', { parameters: { mib: '64' } }, 'parameters.mib: expected a number, got "64"'],
    ['knobs', { knobs: { 'autonuma/debug': 1 } }, 'knobs.autonuma/debug: expected a value as text, got 1'],
    ['edits', { edits: {} }, 'edits: expected a list, got an object'],
    [
      'a tick',
      { edits: [{ tick: 1.5, path: 'autonuma/debug', value: '1' }] },
      'edits[0].tick: expected a whole number of milliseconds from 0 on, got 1.5',
    ],
    ['a value', { edits: [{ tick: 1, path: 'autonuma/debug' }] }, 'edits[0].value: this field is missing'],
    ['view', { view: { colour: 5 } }, 'view.colour: expected a text, got 5'],
  ])('names a bad field: %s', (_, fields, message) => {
    expect(() => checkExperimentFile({ format: EXPERIMENT_FORMAT, version: 1, ...fields })).toThrow(message);
  });

  it('names a path that could climb out, and a field that is not there', () => {
    const file = { format: EXPERIMENT_FORMAT, version: 1 };
    expect(() => checkExperimentFile({ ...file, knobs: { '../../etc/passwd': '1' } })).toThrow(
      /^knobs\.\.\.\/\.\.\/etc\/passwd: expected a path below \/sys\/kernel\/mm/,
    );
    expect(() => checkExperimentFile({ ...file, speed: 3 })).toThrow(
      /^speed: there is no such field \(there are format, version, title, machine,/,
    );
  });

  it('says what it is not', () => {
    expect(() => checkExperimentFile([])).toThrow('expected an experiment (a JSON object), got a list');
    expect(() => checkExperimentFile({ nodes: [] })).toThrow(
      'format: expected "autonuma-lab/experiment", got nothing',
    );
    expect(() => checkExperimentFile({ format: EXPERIMENT_FORMAT, version: 2 })).toThrow(
      'version: expected a whole number from 1 to 1, got 2',
    );
    expect(looksLikeExperiment({ format: EXPERIMENT_FORMAT })).toBe(true);
    expect(looksLikeExperiment({ nodes: [] })).toBe(false);
  });

  it('never fails with anything but its own error', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.dictionary(fc.string(), fc.jsonValue()), (value, fields) => {
        for (const each of [value, { format: EXPERIMENT_FORMAT, version: 1, ...fields }]) {
          try {
            checkExperimentFile(each);
          } catch (error) {
            expect((error as Error).name).toBe('ExperimentFileError');
          }
        }
      }),
    );
  });

  // `npx vitest run src/protocol -u` writes it anew.
  it('has its schema in docs/', async () => {
    const schema = {
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      title: 'AutoNUMA Lab experiment',
      ...jsonSchema(EXPERIMENT_SCHEMA),
    };
    await expect(`${JSON.stringify(schema, null, 2)}\n`).toMatchFileSnapshot(SCHEMA_FILE.pathname);
  });

  it('docs/experiment-file.md shows a file that is right, and a row for each field', () => {
    const page = readFileSync(new URL('../../docs/experiment-file.md', import.meta.url), 'utf8');
    const shown = checkExperimentFile(JSON.parse(/```json\n(.*?)```/s.exec(page)![1]));
    expect(shown.edits.length).toBeGreaterThan(0);
    const rows = [...page.matchAll(/^\| `(\w+)` \|/gm)].map((match) => match[1]);
    expect(rows.sort()).toEqual(Object.keys(EXPERIMENT_SCHEMA.entries).sort());
  });
});
