/**
 * The experiment and the view as a link. Everything after `#` is readable `name=value` pairs with a version; only what
 * differs from the default is written; whole files and long lists of edits are deflated. A bad field is reported and
 * skipped: decoding never throws and always yields something that can run.
 */
import { EXPERIMENT_FIELDS, REPEATED_FIELDS } from './link/experiment-fields.ts';
import { defaultLinkState, type LinkState } from './link/link-state.ts';
import { LINKS, type LinkPairs } from './link/upgrade.ts';
import { VIEW_FIELDS } from './link/view-fields.ts';

export type { LinkState } from './link/link-state.ts';

export interface DecodedLink {
  state: LinkState;
  /** One sentence for every field that could not be understood. */
  problems: string[];
}

const FIELDS = [...EXPERIMENT_FIELDS, ...VIEW_FIELDS];
const BY_NAME = new Map(FIELDS.map((field) => [field.name, field]));

/** Write a link's part after `#`. */
export function encodeLink(state: LinkState): string {
  const pairs: LinkPairs = [['v', String(LINKS.version)]];
  for (const field of FIELDS) {
    const text = field.write(state);
    if (text !== null) pairs.push([field.name, text]);
  }
  for (const field of Object.values(REPEATED_FIELDS)) pairs.push(...field.write(state));
  return pairs.map(([name, text]) => `${escapePart(name)}=${escapePart(text)}`).join('&');
}

/** The view alone, field by field, as experiment files keep it. */
export function encodeView(state: LinkState): Record<string, string> {
  const view: Record<string, string> = {};
  for (const field of VIEW_FIELDS) {
    const text = field.write(state);
    if (text !== null) view[field.name] = text;
  }
  return view;
}

/** An experiment with the view that a file keeps. */
export function decodeView(experiment: LinkState['experiment'], view: Record<string, string>): DecodedLink {
  const state = { ...defaultLinkState(), experiment };
  const problems: string[] = [];
  for (const [name, text] of Object.entries(view)) {
    const field = VIEW_FIELDS.find((each) => each.name === name);
    const problem = field ? field.read(state, text) : 'not known; it was left out';
    if (problem) problems.push(`The file's field "view.${name.slice(0, 60)}": ${problem}.`);
  }
  return { state, problems };
}

/** Read a link's part after `#` (with or without it). */
export function decodeLink(hash: string): DecodedLink {
  const problems: string[] = [];
  const state = defaultLinkState();
  const pairs = splitLink(hash, problems);
  const versionText = pairs.find(([name]) => name === 'v')?.[1] ?? '1';
  const known = LINKS.knows(Number(versionText));
  if (!known)
    problems.push(
      `The link's field "v": version ${versionText.slice(0, 20)} is not known here; read as version ${LINKS.version}.`,
    );
  const fields = pairs.filter(([name]) => name !== 'v');
  for (const [name, text] of known ? LINKS.upgrade(fields, Number(versionText)) : fields) {
    const problem = readField(state, name, text);
    if (problem) problems.push(`The link's field "${name.slice(0, 60)}": ${problem}.`);
  }
  state.experiment.edits.sort((a, b) => a.tick - b.tick);
  return { state, problems };
}

function splitLink(hash: string, problems: string[]): LinkPairs {
  const pairs: LinkPairs = [];
  for (const part of hash.replace(/^#/, '').split('&')) {
    if (part === '') continue;
    const cut = part.indexOf('=');
    const name = unescapePart(cut < 0 ? part : part.slice(0, cut));
    const text = unescapePart(cut < 0 ? '' : part.slice(cut + 1));
    if (name === null || text === null)
      problems.push(`The link's part "${part.slice(0, 40)}" is not properly escaped; it was left out.`);
    else pairs.push([name, text]);
  }
  return pairs;
}

/** Put one field into the state; the answer is what is wrong with it, or null. */
function readField(state: LinkState, name: string, text: string): string | null {
  if (name === 'edit') return REPEATED_FIELDS.edit.read(state, '', text);
  for (const prefix of ['p.', 'knobs.'] as const) {
    if (name.startsWith(prefix)) return REPEATED_FIELDS[prefix].read(state, name.slice(prefix.length), text);
  }
  const field = BY_NAME.get(name);
  return field ? field.read(state, text) : 'not known; it was left out';
}

/** Percent-escape, but leave what is readable and harmless behind `#`. */
function escapePart(text: string): string {
  return encodeURIComponent(text)
    .replaceAll('%2F', '/')
    .replaceAll('%2C', ',')
    .replaceAll('%3A', ':')
    .replaceAll('%3B', ';');
}

function unescapePart(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}
