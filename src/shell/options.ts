/** Options as getopt understands them. */

export interface ParsedOptions {
  /** Letters given, and names of long options. */
  flags: Set<string>;
  /** Values of options that take one. */
  values: Map<string, string>;
  rest: string[];
  /** The argument that is not known, as getopt complains about it; '' when all is well. */
  problem: string;
}

/**
 * @param known letters, each with a colon behind it when it takes a value (`abn:`)
 * @param long names of long options, with `=` behind them when they take a value, and the letter they stand for after a colon
 */
export function parseOptions(
  args: readonly string[],
  known: string,
  long: readonly string[] = [],
): ParsedOptions {
  const parsed: ParsedOptions = { flags: new Set(), values: new Map(), rest: [], problem: '' };
  for (let i = 0; i < args.length; i++) {
    const arg = args[i];
    if (arg === '--') {
      parsed.rest.push(...args.slice(i + 1));
      break;
    }
    if (arg.startsWith('--')) {
      const [name, value] = splitOnce(arg.slice(2), '=');
      const spec = long.find((text) => text.replace(/=?(:.)?$/, '') === name);
      if (spec === undefined) return { ...parsed, problem: `unrecognized option '${arg}'` };
      const key = /:(.)$/.exec(spec)?.[1] ?? name;
      if (!/=(:.)?$/.test(spec)) parsed.flags.add(key);
      else {
        const given = value ?? args[++i];
        if (given === undefined) return { ...parsed, problem: `option '--${name}' requires an argument` };
        parsed.values.set(key, given);
      }
      continue;
    }
    if (!/^-./.test(arg)) {
      parsed.rest.push(arg);
      continue;
    }
    for (let at = 1; at < arg.length; at++) {
      const letter = arg[at];
      const place = letter === ':' ? -1 : known.indexOf(letter);
      if (place < 0) return { ...parsed, problem: `invalid option -- '${letter}'` };
      if (known[place + 1] !== ':') {
        parsed.flags.add(letter);
        continue;
      }
      const value = at + 1 < arg.length ? arg.slice(at + 1) : args[++i];
      if (value === undefined) return { ...parsed, problem: `option requires an argument -- '${letter}'` };
      parsed.values.set(letter, value);
      break;
    }
  }
  return parsed;
}

function splitOnce(text: string, by: string): [string, string | undefined] {
  const at = text.indexOf(by);
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}
