/** The fields of a link that say what runs. Names and numbers are written out; own files and many edits are packed. */
import { DEFAULT_EXPERIMENT, type Experiment, type MachineFile } from '../../protocol/experiment.ts';
import { quoted, readChoice, readFlag, readName, type LinkField } from './field.ts';
import type { LinkState } from './link-state.ts';
import { pack, readPacked } from './packing.ts';

type Edit = Experiment['edits'][number];
type Field = LinkField<LinkState>;

/** More edits than this are packed into one field. */
const READABLE_EDITS = 4;
const MAX_TICK = 999_999_999_999;
const VARIANTS = ['default', 'hard_bind', 'inverse_bind', 'force_same_node'] as const;

const unless = <T>(value: T, usual: T, text: string): string | null => (value === usual ? null : text);

/** Fields that stand in a link once. */
export const EXPERIMENT_FIELDS: readonly Field[] = [
  {
    name: 'machine',
    write: ({ experiment: { machine } }) => (typeof machine === 'string' ? machine : null),
    read: ({ experiment }, text) => readName(text, (name) => (experiment.machine = name)),
  },
  {
    name: 'machine-file',
    write: ({ experiment: { machine } }) => (typeof machine === 'string' ? null : pack(machine)),
    read: ({ experiment }, text) =>
      readPacked(text, (file) => (experiment.machine = file as unknown as MachineFile)),
  },
  {
    name: 'workload',
    write: ({ experiment: { workload } }) => (typeof workload === 'string' ? workload : null),
    read: ({ experiment }, text) => readName(text, (name) => (experiment.workload = name)),
  },
  {
    name: 'workload-file',
    write: ({ experiment: { workload } }) => (typeof workload === 'string' ? null : pack(workload)),
    read: ({ experiment }, text) => readPacked(text, (file) => (experiment.workload = file)),
  },
  {
    name: 'policy',
    write: ({ experiment }) => experiment.policy,
    read: ({ experiment }, text) =>
      readChoice(text, ['autonuma', 'off'], (policy) => (experiment.policy = policy)),
  },
  {
    name: 'seed',
    write: ({ experiment }) => String(experiment.seed),
    read: ({ experiment }, text) => {
      if (!/^\d{1,10}$/.test(text) || Number(text) > 0xffffffff)
        return `${quoted(text)} is not a seed (0 to 4294967295)`;
      experiment.seed = Number(text);
      return null;
    },
  },
  {
    name: 'variant',
    write: ({ experiment: { variant } }) => unless(variant, DEFAULT_EXPERIMENT.variant, variant),
    read: ({ experiment }, text) => readChoice(text, VARIANTS, (variant) => (experiment.variant = variant)),
  },
  {
    name: 'version',
    write: ({ experiment: { autonumaVersion } }) =>
      unless(autonumaVersion, DEFAULT_EXPERIMENT.autonumaVersion, autonumaVersion),
    read: ({ experiment }, text) => readName(text, (name) => (experiment.autonumaVersion = name)),
  },
  {
    name: 'noautonuma',
    write: ({ experiment }) => unless(experiment.noautonuma, false, '1'),
    read: ({ experiment }, text) => readFlag(text, (on) => (experiment.noautonuma = on)),
  },
  {
    name: 'thp',
    write: ({ experiment: { thp } }) => unless(thp, DEFAULT_EXPERIMENT.thp, thp),
    read: ({ experiment }, text) => readChoice(text, ['off', 'on'], (thp) => (experiment.thp = thp)),
  },
  {
    name: 'edits',
    write: ({ experiment: { edits } }) =>
      edits.length > READABLE_EDITS ? pack(edits.map(({ tick, path, value }) => [tick, path, value])) : null,
    read: ({ experiment }, text) => {
      let refused = 0;
      const damaged = readPacked(text, (list) => {
        for (const entry of Array.isArray(list) ? (list as unknown[]) : [null]) {
          const edit = editOf(entry);
          if (edit === null) refused++;
          else experiment.edits.push(edit);
        }
      });
      return damaged ?? (refused > 0 ? `${refused} of its edits could not be understood` : null);
    },
  },
];

/** Fields of a kind that a link may hold many of, by what their name begins with or is. */
export const REPEATED_FIELDS: Record<'p.' | 'knobs.' | 'edit', RepeatedField> = {
  'p.': {
    write: ({ experiment }) =>
      sorted(experiment.parameters).map(([name, value]) => [`p.${name}`, String(value)]),
    read: ({ experiment }, name, text) => {
      const number = Number(text);
      if (name === '' || name === '__proto__' || text.trim() === '' || !Number.isFinite(number))
        return `${quoted(text)} is not a number`;
      experiment.parameters[name] = number;
      return null;
    },
  },
  'knobs.': {
    write: ({ experiment }) => sorted(experiment.knobs).map(([path, value]) => [`knobs.${path}`, value]),
    read: ({ experiment }, path, text) => {
      if (!isPath(path)) return 'not a path below /sys/kernel/mm';
      experiment.knobs[path] = text;
      return null;
    },
  },
  edit: {
    write: ({ experiment: { edits } }) =>
      edits.length > READABLE_EDITS
        ? []
        : edits.map(({ tick, path, value }) => ['edit', `${tick},${path},${value}`]),
    read: ({ experiment }, _name, text) => {
      const match = /^(\d{1,12}),([^,]+),(.*)$/s.exec(text);
      const edit = match && editOf([Number(match[1]), match[2], match[3]]);
      if (!edit) return 'an edit is written tick,path,value';
      experiment.edits.push(edit);
      return null;
    },
  },
};

interface RepeatedField {
  write(state: LinkState): [string, string][];
  /** @param name what follows the field's prefix */
  read(state: LinkState, name: string, text: string): string | null;
}

/** Letters, digits, underscores and slashes; nothing that could climb out. */
function isPath(path: string): boolean {
  return /^[a-z0-9_]+(\/[a-z0-9_]+)+$/i.test(path);
}

function editOf(entry: unknown): Edit | null {
  if (!Array.isArray(entry)) return null;
  const [tick, path, value] = entry as unknown[];
  if (!Number.isInteger(tick) || (tick as number) < 0 || (tick as number) > MAX_TICK) return null;
  if (typeof path !== 'string' || !isPath(path) || typeof value !== 'string') return null;
  return { tick: tick as number, path, value };
}

function sorted<T>(record: Record<string, T>): [string, T][] {
  return Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1));
}
