/** Commands on text: cat, echo, grep, head, tail, wc, sort, uniq, cut, tee. */
import { type Command, type Invocation, linesOf } from '../command.ts';
import { parseOptions } from '../options.ts';
import { literal } from '../tree/paths.ts';
import { writeTo } from '../redirect.ts';

/** Complain about an option as getopt and the program do. */
export function badOption(run: Invocation, problem: string): number {
  return run.fail(`${run.name}: ${problem}\nTry 'man ${run.name}' for more information.`, 2);
}

export const cat: Command = {
  usage: 'cat [-n] [FILE]...',
  summary: 'print files one after the other',
  run(run) {
    const { flags, rest, problem } = parseOptions(run.args, 'nA', ['number:n']);
    if (problem) return badOption(run, problem);
    const { inputs, status } = run.inputs(rest);
    let number = 1;
    for (const { text } of inputs) {
      if (!flags.has('n')) run.out(text);
      else for (const line of linesOf(text)) run.line(`${String(number++).padStart(6)}\t${line}`);
    }
    return status;
  },
};

export const echo: Command = {
  usage: 'echo [-n] [TEXT]...',
  summary: 'print its arguments; with > FILE write them to a knob',
  details:
    'echo 1 > /sys/kernel/mm/autonuma/debug\n    A value the kernel refuses gives a write error, and why.',
  run(run) {
    const newline = run.args[0] !== '-n';
    run.out(run.args.slice(newline ? 0 : 1).join(' ') + (newline ? '\n' : ''));
    return 0;
  },
};

/**
 * A POSIX pattern as a regular expression of JavaScript.
 * @param extended in a basic pattern \| \+ \? \( \) \{ \} are special, in an extended one without the backslash
 */
export function posixExpression(pattern: string, extended: boolean): string {
  let source = '';
  for (let i = 0; i < pattern.length; i++) {
    const c = pattern[i];
    if (c === '[') {
      const set = /^\[\^?\]?(?:\[:\w+:\]|[^\]])*\]/.exec(pattern.slice(i))?.[0];
      if (set !== undefined) {
        source += bracket(set);
        i += set.length - 1;
        continue;
      }
    }
    if (c === '\\' && i + 1 < pattern.length) {
      const next = pattern[++i];
      if (/[|+?(){}]/.test(next)) source += extended ? `\\${next}` : next;
      else source += /[a-zA-Z0-9<>]/.test(next) ? wordClass(next) : `\\${next}`;
    } else if (!extended && /[|+?(){}]/.test(c)) source += `\\${c}`;
    else source += c === '/' ? '\\/' : c;
  }
  return source;
}

const CLASSES: Record<string, string> = {
  digit: '0-9',
  alpha: 'A-Za-z',
  alnum: 'A-Za-z0-9',
  space: '\\s',
  upper: 'A-Z',
  lower: 'a-z',
  xdigit: '0-9A-Fa-f',
};

function bracket(set: string): string {
  const inner = set
    .slice(1, -1)
    .replace(/\\/g, '\\\\')
    .replace(/\[:(\w+):\]/g, (_, name: string) => CLASSES[name] ?? '');
  return `[${inner.replace(/^(\^?)\]/, '$1\\]')}]`;
}

function wordClass(letter: string): string {
  if (letter === '<' || letter === '>') return '\\b';
  return /[wWsSbBdD1-9]/.test(letter) ? `\\${letter}` : letter;
}

export const grep: Command = {
  usage: 'grep [-EFHcinoqrvw] [-A N] [-B N] [-C N] PATTERN [FILE]...',
  summary: 'print lines that match a pattern',
  run(run) {
    const options = parseOptions(run.args, 'EFHchinloqrsvwxA:B:C:e:m:', [
      'ignore-case:i',
      'count:c',
      'invert-match:v',
    ]);
    if (options.problem) return badOption(run, options.problem);
    const { flags, values } = options;
    const paths = [...options.rest];
    const pattern = values.get('e') ?? paths.shift();
    if (pattern === undefined) return run.fail(`Usage: ${grep.usage}`, 2);
    let expression: RegExp;
    try {
      let source = flags.has('F')
        ? literal(pattern)
        : posixExpression(pattern, flags.has('E') || run.name === 'egrep');
      if (flags.has('w')) source = `\\b(?:${source})\\b`;
      if (flags.has('x')) source = `^(?:${source})$`;
      expression = new RegExp(source, flags.has('i') ? 'gi' : 'g');
    } catch {
      return run.fail(`grep: Invalid regular expression: ${pattern}`, 2);
    }
    const files = flags.has('r') ? paths.flatMap((path) => filesBelow(run, path)) : paths;
    const { inputs, status } = grepInputs(run, files, flags.has('s') || flags.has('r'));
    const named = flags.has('H') || (!flags.has('h') && (files.length > 1 || flags.has('r')));
    let matched = false;
    for (const { name, text } of inputs) {
      if (grepOne(run, { name: named ? `${name}` : '', text, path: name }, expression, flags, values))
        matched = true;
    }
    return matched ? 0 : status || 1;
  },
};

/** As inputs, in silence about what cannot be read if asked for. */
function grepInputs(run: Invocation, files: string[], silent: boolean): ReturnType<Invocation['inputs']> {
  if (!silent) return run.inputs(files);
  const inputs = files.flatMap((path) => {
    const read = run.read(path);
    return read.ok ? [{ name: path, text: read.text }] : [];
  });
  return { inputs, status: 0 };
}

function grepOne(
  run: Invocation,
  input: { name: string; path: string; text: string },
  expression: RegExp,
  flags: Set<string>,
  values: Map<string, string>,
): boolean {
  const lines = linesOf(input.text);
  const isMatch = (line: string): boolean => {
    expression.lastIndex = 0;
    return expression.test(line) !== flags.has('v');
  };
  const most = Number(values.get('m') ?? Infinity);
  const hits = lines.flatMap((line, i) => (isMatch(line) ? [i] : [])).slice(0, most);
  const prefix = (i: number, sign: string): string =>
    (input.name && `${input.name}${sign}`) + (flags.has('n') ? `${i + 1}${sign}` : '');
  if (flags.has('q')) return hits.length > 0;
  if (flags.has('l')) {
    if (hits.length > 0) run.line(input.path);
  } else if (flags.has('c')) run.line(`${input.name && `${input.name}:`}${hits.length}`);
  else if (flags.has('o')) {
    for (const i of hits) {
      for (const [text] of lines[i].matchAll(expression)) if (text !== '') run.line(prefix(i, ':') + text);
    }
  } else {
    const around = Number(values.get('C') ?? 0);
    const before = Number(values.get('B') ?? around);
    const after = Number(values.get('A') ?? around);
    const hit = new Set(hits);
    let last = -1;
    lines.forEach((line, i) => {
      let near = false;
      for (let at = i - after; at <= i + before && !near; at++) near = hit.has(at);
      if (!near) return;
      if (before + after > 0 && last >= 0 && i > last + 1) run.line('--');
      last = i;
      run.line(prefix(i, hit.has(i) ? ':' : '-') + line);
    });
  }
  return hits.length > 0;
}

/** Every file below a path. */
export function filesBelow(run: Invocation, path: string): string[] {
  const found = run.find(path);
  if (!found.ok) {
    run.failName(path, found.error, 2);
    return [];
  }
  if (found.node.is !== 'directory') return [path];
  const { node } = found;
  return node.names().flatMap((name) => {
    if (node.entry(name)?.is === 'link') return [];
    return filesBelow(run, path.endsWith('/') ? path + name : `${path}/${name}`);
  });
}

/** head and tail: lines from one end. */
function ends(name: 'head' | 'tail'): Command {
  return {
    usage: `${name} [-n LINES] [FILE]...`,
    summary: name === 'head' ? 'print the first lines' : 'print the last lines',
    run(run) {
      // head -5; but not the -5 of head -n -5.
      const args = run.args.map((arg, i) =>
        run.args[i - 1] === '-n' ? arg : arg.replace(/^-(\d+)$/, '-n$1'),
      );
      const { values, rest, problem } = parseOptions(args, 'n:c:q', ['lines=:n', 'bytes=:c']);
      if (problem) return badOption(run, problem);
      const wanted = values.get('n') ?? values.get('c') ?? '10';
      if (!/^[-+]?\d+$/.test(wanted)) return run.fail(`${name}: invalid number of lines: '${wanted}'`);
      const { inputs, status } = run.inputs(rest);
      inputs.forEach((input, i) => {
        if (inputs.length > 1) run.line(`${i > 0 ? '\n' : ''}==> ${input.name} <==`);
        if (values.has('c')) run.out(part([...input.text], wanted, name).join(''));
        else for (const line of part(linesOf(input.text), wanted, name)) run.line(line);
      });
      return status;
    },
  };
}

/** head -n -3: all but the last three; tail -n +3: from the third on. */
function part<T>(items: T[], wanted: string, name: 'head' | 'tail'): T[] {
  const n = Math.abs(Number(wanted));
  if (name === 'head')
    return wanted.startsWith('-') ? items.slice(0, Math.max(0, items.length - n)) : items.slice(0, n);
  if (wanted.startsWith('+')) return items.slice(Math.max(0, n - 1));
  return n === 0 ? [] : items.slice(-n);
}

export const head = ends('head');
export const tail = ends('tail');

export const wc: Command = {
  usage: 'wc [-lwc] [FILE]...',
  summary: 'count lines, words and bytes',
  run(run) {
    const { flags, rest, problem } = parseOptions(run.args, 'lwcm');
    if (problem) return badOption(run, problem);
    const { inputs, status } = run.inputs(rest);
    const kinds = ['l', 'w', 'c'].filter((kind) => flags.size === 0 || flags.has(kind));
    const counts = inputs.map(({ name, text }) => {
      const all = {
        l: text.split('\n').length - 1,
        w: text.split(/\s+/).filter(Boolean).length,
        c: text.length,
      };
      return {
        name: name.startsWith('(') ? '' : name,
        values: kinds.map((kind) => all[kind as 'l' | 'w' | 'c']),
      };
    });
    if (counts.length > 1) {
      const sums = kinds.map((_, i) => counts.reduce((sum, { values }) => sum + values[i], 0));
      counts.push({ name: 'total', values: sums });
    }
    const width = kinds.length === 1 && counts.length === 1 ? 0 : 7;
    for (const { name, values } of counts) {
      run.line(`${values.map((value) => String(value).padStart(width)).join(' ')}${name && ` ${name}`}`);
    }
    return status;
  },
};

export const sort: Command = {
  usage: 'sort [-bnru] [-k FIELD] [-t SEPARATOR] [FILE]...',
  summary: 'sort lines',
  run(run) {
    const { flags, values, rest, problem } = parseOptions(run.args, 'bfghnruk:t:', [
      'reverse:r',
      'key=:k',
      'numeric-sort:n',
    ]);
    if (problem) return badOption(run, problem);
    const { inputs, status } = run.inputs(rest);
    const key = /^(\d+)(?:,\d+)?([nr]*)$/.exec(values.get('k') ?? '1');
    if (key === null) return run.fail(`sort: invalid number at field start: '${values.get('k')}'`, 2);
    const field = values.has('k') ? Number(key[1]) - 1 : -1;
    const separator = values.get('t') ?? /\s+/;
    const numeric = flags.has('n') || flags.has('g') || key[2].includes('n');
    const keyOf = (line: string): string => {
      if (field < 0) return line;
      const fields = (values.has('t') ? line : line.trimStart()).split(separator);
      return fields.slice(field).join(' ');
    };
    const lines = inputs.flatMap(({ text }) => linesOf(text));
    const sign = flags.has('r') || key[2].includes('r') ? -1 : 1;
    const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
    lines.sort((a, b) => {
      const [x, y] = [keyOf(a), keyOf(b)];
      const order = numeric ? (parseFloat(x) || 0) - (parseFloat(y) || 0) : compare(x, y);
      return sign * (order !== 0 ? order : compare(a, b));
    });
    for (const [i, line] of lines.entries()) {
      if (!flags.has('u') || i === 0 || keyOf(line) !== keyOf(lines[i - 1])) run.line(line);
    }
    return status;
  },
};

export const uniq: Command = {
  usage: 'uniq [-c] [FILE]',
  summary: 'leave out lines that repeat the one before',
  run(run) {
    const { flags, rest, problem } = parseOptions(run.args, 'c');
    if (problem) return badOption(run, problem);
    const { inputs, status } = run.inputs(rest);
    const lines = inputs.flatMap(({ text }) => linesOf(text));
    for (let i = 0; i < lines.length;) {
      let end = i;
      while (end < lines.length && lines[end] === lines[i]) end++;
      run.line(flags.has('c') ? `${String(end - i).padStart(7)} ${lines[i]}` : lines[i]);
      i = end;
    }
    return status;
  },
};

export const cut: Command = {
  usage: 'cut -f LIST [-d SEPARATOR] [FILE]...',
  summary: 'print some fields of each line',
  run(run) {
    const { values, rest, problem } = parseOptions(run.args, 'd:f:s');
    if (problem) return badOption(run, problem);
    const list = values.get('f');
    if (list === undefined) return run.fail('cut: you must specify a list of bytes, characters, or fields');
    const wanted = list.split(',').map((text) => /^(\d*)(-?)(\d*)$/.exec(text));
    if (wanted.includes(null)) return run.fail(`cut: invalid field value '${list}'`);
    const { inputs, status } = run.inputs(rest);
    const separator = values.get('d') ?? '\t';
    for (const line of inputs.flatMap(({ text }) => linesOf(text))) {
      const fields = line.split(separator);
      const shown = fields.filter((_, i) =>
        wanted.some((match) => {
          const [, from, dash, to] = match!;
          return dash
            ? i + 1 >= Number(from || 1) && i + 1 <= Number(to || Infinity)
            : i + 1 === Number(from);
        }),
      );
      run.line(fields.length > 1 ? shown.join(separator) : line);
    }
    return status;
  },
};

export const tee: Command = {
  usage: 'tee [-a] FILE...',
  summary: 'write what comes in to files, and print it',
  run(run) {
    const { rest, problem } = parseOptions(run.args, 'a');
    if (problem) return badOption(run, problem);
    const text = run.stdin ?? '';
    let status = 0;
    for (const path of rest) {
      const written = writeTo(run.root, run.session.cwd, path, text);
      if (written.ok) continue;
      status = run.failName(path, written.error);
      run.note(written.note);
    }
    run.out(text);
    return status;
  },
};
