/**
 * The experiment as a link. Everything after `#` is readable `name=value` pairs with a version; only what differs
 * from the default is written; whole machine or workload files are deflated. A bad field is reported and skipped:
 * decoding never throws and always yields something that can run.
 */
import { deflateSync, inflateSync, strFromU8, strToU8 } from 'fflate';
import { DEFAULT_EXPERIMENT, type Experiment, type MachineFile } from '../protocol/experiment.ts';
import { DEFAULT_SPEED } from './constants.ts';

export const LINK_VERSION = 1;

/** What a link holds. */
export interface LinkState {
  experiment: Experiment;
  /** Simulated seconds per wall second; Infinity is as fast as possible. */
  speed: number;
  paused: boolean;
  /** What is open over the laboratory. */
  /** Tick at which to stand, paused; left out to begin at the beginning. */
  at?: number;
  view: 'lab' | 'published' | 'compare' | 'sweep';
  /** What the pages that compare show (compare/request.ts reads it); null when none is open. */
  compare?: object | null;
}

export interface DecodedLink {
  state: LinkState;
  /** One sentence for every field that could not be understood. */
  problems: string[];
}

const VIEWS: readonly string[] = ['lab', 'published', 'compare', 'sweep'];
const VARIANTS: readonly string[] = ['default', 'hard_bind', 'inverse_bind', 'force_same_node'];

/** Write a link's part after `#`. */
export function encodeLink(state: LinkState): string {
  const { experiment } = state;
  const pairs: [string, string][] = [['v', String(LINK_VERSION)]];
  if (typeof experiment.machine === 'string') pairs.push(['machine', experiment.machine]);
  else pairs.push(['machine-file', pack(experiment.machine)]);
  if (typeof experiment.workload === 'string') pairs.push(['workload', experiment.workload]);
  else pairs.push(['workload-file', pack(experiment.workload)]);
  pairs.push(['policy', experiment.policy], ['seed', String(experiment.seed)]);
  if (experiment.variant !== DEFAULT_EXPERIMENT.variant) pairs.push(['variant', experiment.variant]);
  if (experiment.autonumaVersion !== DEFAULT_EXPERIMENT.autonumaVersion) {
    pairs.push(['version', experiment.autonumaVersion]);
  }
  if (experiment.noautonuma) pairs.push(['noautonuma', '1']);
  if (experiment.thp !== DEFAULT_EXPERIMENT.thp) pairs.push(['thp', experiment.thp]);
  if (state.speed !== DEFAULT_SPEED) {
    pairs.push(['speed', Number.isFinite(state.speed) ? String(state.speed) : 'max']);
  }
  if (state.view !== 'lab') pairs.push(['view', state.view]);
  if (state.at !== undefined) pairs.push(['at', String(state.at)]);
  if (state.compare) pairs.push(['compare', pack(state.compare)]);
  if (state.paused) pairs.push(['paused', '1']);
  for (const [name, value] of sorted(experiment.parameters)) pairs.push([`p.${name}`, String(value)]);
  for (const [path, value] of sorted(experiment.knobs)) pairs.push([`knobs.${path}`, value]);
  for (const edit of experiment.edits) pairs.push(['edit', `${edit.tick},${edit.path},${edit.value}`]);
  return pairs.map(([name, value]) => `${escapePart(name)}=${escapePart(value)}`).join('&');
}

/** Read a link's part after `#` (with or without it). */
export function decodeLink(hash: string): DecodedLink {
  const problems: string[] = [];
  const experiment: Experiment = {
    ...DEFAULT_EXPERIMENT,
    parameters: { ...DEFAULT_EXPERIMENT.parameters },
    knobs: { ...DEFAULT_EXPERIMENT.knobs },
    edits: [...DEFAULT_EXPERIMENT.edits],
  };
  const state: LinkState = { experiment, speed: DEFAULT_SPEED, paused: false, view: 'lab' };
  for (const part of hash.replace(/^#/, '').split('&')) {
    if (part === '') continue;
    const cut = part.indexOf('=');
    const name = unescapePart(cut < 0 ? part : part.slice(0, cut));
    const value = unescapePart(cut < 0 ? '' : part.slice(cut + 1));
    if (name === null || value === null) {
      problems.push(`The link's part "${part.slice(0, 40)}" is not properly escaped; it was left out.`);
      continue;
    }
    const problem = readField(state, name, value);
    if (problem) problems.push(`The link's field "${name.slice(0, 60)}": ${problem}.`);
  }
  experiment.edits.sort((a, b) => a.tick - b.tick);
  return { state, problems };
}

/** Put one field into the state; the answer is what is wrong with it, or null. */
function readField(state: LinkState, name: string, value: string): string | null {
  const { experiment } = state;
  if (name.startsWith('knobs.')) return readKnob(experiment, name.slice(6), value);
  if (name.startsWith('p.')) {
    const number = Number(value);
    if (name === 'p.' || name === 'p.__proto__' || value.trim() === '' || !Number.isFinite(number)) {
      return `"${value}" is not a number`;
    }
    experiment.parameters[name.slice(2)] = number;
    return null;
  }
  switch (name) {
    case 'v':
      return value === String(LINK_VERSION) ? null : `version ${value} is not known here; read as version 1`;
    case 'machine':
      return readName(value, (text) => (experiment.machine = text));
    case 'workload':
      return readName(value, (text) => (experiment.workload = text));
    case 'machine-file':
      return readPacked(value, (file) => (experiment.machine = file as MachineFile));
    case 'workload-file':
      return readPacked(value, (file) => (experiment.workload = file));
    case 'variant':
      return oneOf(value, VARIANTS, (text) => (experiment.variant = text as Experiment['variant']));
    case 'policy':
      return oneOf(value, ['autonuma', 'off'], (text) => (experiment.policy = text as Experiment['policy']));
    case 'version':
      return readName(value, (text) => (experiment.autonumaVersion = text));
    case 'noautonuma':
      return oneOf(value, ['0', '1'], (text) => (experiment.noautonuma = text === '1'));
    case 'thp':
      return oneOf(value, ['off', 'on'], (text) => (experiment.thp = text as Experiment['thp']));
    case 'seed': {
      if (!/^\d{1,10}$/.test(value) || Number(value) > 0xffffffff)
        return `"${value}" is not a seed (0 to 4294967295)`;
      experiment.seed = Number(value);
      return null;
    }
    case 'speed': {
      const speed = value === 'max' ? Number.POSITIVE_INFINITY : Number(value);
      if (value.trim() === '' || Number.isNaN(speed) || speed < 0.01)
        return `"${value}" is not a speed (0.01 and up, or max)`;
      state.speed = speed;
      return null;
    }
    case 'view':
      return oneOf(value, VIEWS, (text) => (state.view = text as LinkState['view']));
    case 'compare':
      return readPacked(value, (packed) => (state.compare = packed));
    case 'paused':
      return oneOf(value, ['0', '1'], (text) => (state.paused = text === '1'));
    case 'at': {
      if (!/^\d{1,9}$/.test(value))
        return `"${value.slice(0, 40)}" is not a tick (a whole number of milliseconds)`;
      state.at = Number(value);
      return null;
    }
    case 'edit': {
      const match = /^(\d{1,12}),([^,]+),(.*)$/.exec(value);
      if (!match || !isKnobPath(match[2])) return 'an edit is written tick,path,value';
      experiment.edits.push({ tick: Number(match[1]), path: match[2], value: match[3] });
      return null;
    }
    default:
      return 'not known; it was left out';
  }
}

function readKnob(experiment: Experiment, path: string, value: string): string | null {
  if (!isKnobPath(path)) return 'not a path below /sys/kernel/mm';
  experiment.knobs[path] = value;
  return null;
}

/** Letters, digits, underscores and slashes; nothing that could climb out. */
function isKnobPath(path: string): boolean {
  return /^[a-z0-9_]+(\/[a-z0-9_]+)+$/i.test(path);
}

function readName(value: string, set: (text: string) => unknown): string | null {
  if (!/^[\w.+-]{1,64}$/.test(value)) return `"${value.slice(0, 40)}" is not a name`;
  set(value);
  return null;
}

function oneOf(value: string, choices: readonly string[], set: (text: string) => unknown): string | null {
  if (!choices.includes(value)) return `"${value.slice(0, 40)}" is not one of ${choices.join(', ')}`;
  set(value);
  return null;
}

function readPacked(value: string, set: (file: object) => unknown): string | null {
  try {
    const file: unknown = JSON.parse(unpack(value));
    if (typeof file !== 'object' || file === null) return 'the packed file is not an object';
    set(file);
    return null;
  } catch {
    return 'the packed file is damaged';
  }
}

/** JSON, deflated, base64url. */
function pack(file: object): string {
  const bytes = deflateSync(strToU8(JSON.stringify(file)), { level: 9 });
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}

function unpack(text: string): string {
  const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
  return strFromU8(inflateSync(Uint8Array.from(binary, (letter) => letter.charCodeAt(0))));
}

/** Percent-escape, but leave what is readable and harmless behind `#`. */
function escapePart(text: string): string {
  return encodeURIComponent(text).replaceAll('%2F', '/').replaceAll('%2C', ',').replaceAll('%3A', ':');
}

function unescapePart(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}

function sorted<T>(record: Record<string, T>): [string, T][] {
  return Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1));
}
