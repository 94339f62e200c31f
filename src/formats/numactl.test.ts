import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { buildMachine } from '../kernel/machine/build.ts';
import { FormatError } from './error.ts';
import { parseNumactl } from './numactl.ts';

const fixture = (name: string): string =>
  readFileSync(new URL(`./fixtures/${name}.txt`, import.meta.url), 'utf8');
const range = (first: number, count: number): number[] => Array.from({ length: count }, (_, i) => first + i);

function errorOf(text: string): FormatError {
  try {
    parseNumactl(text);
  } catch (error) {
    if (error instanceof FormatError) return error;
    throw error;
  }
  throw new Error('read without an error');
}

describe('real output', () => {
  it('reads the two-node guest', () => {
    const { machine, notes } = parseNumactl(fixture('guest-2n'));
    expect(machine).toEqual({
      name: 'numactl-2n-4cpu',
      nodes: [
        { cpus: [0, 1], memory_mb: 458 },
        { cpus: [2, 3], memory_mb: 503 },
      ],
      distances: [
        [10, 21],
        [21, 10],
      ],
    });
    expect(notes).toEqual([
      'Which CPUs share a core is not in the text: each is taken for a core of its own.',
    ]);
  });

  it('reads the four-node guest', () => {
    const { machine } = parseNumactl(fixture('guest-4n'));
    expect(machine.nodes.map((n) => n.memory_mb)).toEqual([710, 755, 755, 755]);
    expect(machine.distances[1]).toEqual([16, 10, 16, 22]);
  });
});

describe('variants', () => {
  it('skips prompts and finds siblings in split ranges', () => {
    const { machine, notes } = parseNumactl(fixture('westmere-prompt'));
    expect(machine.nodes.map((n) => n.memory_mb)).toEqual([8175, 8192]);
    expect(machine.smt_siblings).toEqual(range(0, 12).map((c) => [c, c + 12]));
    expect(notes.join()).toContain('CPU 0 and 12');
  });

  it('reads a quoted mail about a machine with holes in its numbers', () => {
    const { machine } = parseNumactl(fixture('power-0-8-mail'));
    expect(machine.nodes.map((n) => n.id)).toEqual([undefined, 8]);
    expect(machine.nodes[1].cpus).toEqual([...range(80, 8), ...range(96, 8)]);
    const built = buildMachine(machine);
    expect(built.nodes.map((n) => n.osId)).toEqual([0, 8]);
    expect(built.cpus[16].osId).toBe(80);
  });

  it('reads memory-only nodes and rows of 255', () => {
    const { machine } = parseNumactl(fixture('cxl'));
    expect(machine.nodes[2]).toEqual({ cpus: [], memory_mb: 129012 });
    expect(machine.distances[2]).toEqual([255, 255, 10]);
  });

  it('assumes 10 and 20 without distances, and says so', () => {
    const { machine, notes } = parseNumactl(fixture('no-distances'));
    expect(machine.distances).toEqual([
      [10, 20],
      [20, 10],
    ]);
    expect(notes[1]).toContain('10 and 20 are assumed');
  });

  it('reads a single node', () => {
    const { machine } = parseNumactl(fixture('single'));
    expect(machine.nodes).toEqual([{ cpus: range(0, 8), memory_mb: 15878 }]);
    expect(machine.distances).toEqual([[10]]);
  });

  it('reads kB, GB and TB, nodes without CPUs, sizes that are not available', () => {
    const { machine, notes } = parseNumactl(fixture('units'));
    expect(machine.nodes).toEqual([
      { cpus: [0], memory_mb: 8190 },
      { cpus: [1], memory_mb: 16384 },
      { cpus: [], memory_mb: 1572864 },
    ]);
    expect(notes).toContain('Node 3 has neither CPUs nor memory and is left out.');
  });

  it('joins what an 80-column console cut, inside numbers too', () => {
    const { machine } = parseNumactl(fixture('console-80'));
    expect(machine.nodes[0].cpus).toEqual(range(0, 64));
    expect(machine.nodes[1].cpus).toEqual(range(64, 64));
  });

  it('joins cuts at any width', () => {
    const line = `node 0 cpus:${range(0, 130)
      .map((c) => ` ${c}`)
      .join('')}`;
    for (let width = 20; width < 140; width++) {
      const cut = line.match(new RegExp(`.{1,${width}}`, 'g'))!.join('\n');
      expect(parseNumactl(`${cut}\nnode 0 size: 8 GB`).machine.nodes[0].cpus).toEqual(range(0, 130));
    }
  });

  it('joins a wrapped distance table', () => {
    const text = `node 0 cpus: 0
node 0 size: 1 GB
node 1 cpus: 1
node 1 size: 1 GB
node 2 cpus: 2
node 2 size: 1 GB
node distances:
node   0   1
   2
  0:  10  20
  30
  1:  20  10  21
  2:  30  21
  10`;
    expect(parseNumactl(text).machine.distances).toEqual([
      [10, 20, 30],
      [20, 10, 21],
      [30, 21, 10],
    ]);
  });

  it.each([
    ['CRLF', (t: string) => t.replace(/\n/g, '\r\n')],
    ['indentation', (t: string) => t.replace(/^/gm, '    ')],
    ['trailing spaces gone', (t: string) => t.replace(/ +$/gm, '')],
    ['no-break spaces', (t: string) => t.replace(/ /g, '\u00a0')],
    ['comment marks', (t: string) => t.replace(/^/gm, '# ')],
    ['byte order mark', (t: string) => `\uFEFF${t}`],
    ['code fence', (t: string) => `\`\`\`\n${t}\`\`\`\n`],
    ['no free lines', (t: string) => t.replace(/^node \d free:.*\n/gm, '')],
    ['no available line', (t: string) => t.replace(/^available.*\n/gm, '')],
    ['blank lines', (t: string) => t.replace(/\n/g, '\n\n')],
    ['ranges', (t: string) => t.replace('cpus: 0 1', 'cpus: 0-1')],
  ])('does not mind %s', (_, change) => {
    expect(parseNumactl(change(fixture('guest-4n')))).toEqual(parseNumactl(fixture('guest-4n')));
  });
});

describe('errors', () => {
  const good = fixture('guest-2n');

  it.each<[number, string, string]>([
    [1, 'expected the output of numactl --hardware', ''],
    [1, 'expected the output of numactl --hardware', 'hello\nworld'],
    [2, 'no NUMA', '$ numactl -H\nNo NUMA available on this system\n'],
    [1, 'expected lines of 3 nodes', good.replace('2 nodes', '3 nodes')],
    [2, 'expected CPU numbers, got "x"', good.replace('cpus: 0 1', 'cpus: 0 x')],
    [2, 'expected CPU numbers, got "3-1"', good.replace('cpus: 0 1', 'cpus: 3-1')],
    [3, 'expected a size such as "8192 MB", got "lots"', good.replace('458 MB', 'lots')],
    [3, 'expected a size', good.replace('458 MB', '458')],
    [3, 'expected a line of numactl --hardware, got "Killed"', good.replace('node 0 size: 458 MB', 'Killed')],
    [2, 'expected a line "node 0 size: ... MB"', good.replace('node 0 size: 458 MB\n', '')],
    [3, 'expected a line "node 0 cpus: ..."', good.replace('node 0 cpus: 0 1\n', '\n')],
    [2, 'expected "node 0 cpus:", "size:" or "free:"', good.replace('node 0 cpus', 'node 0 cpsu')],
    [12, 'expected "node 0 cpus:" once', good.replace(/\n$/, '\n') + good.split('\n')[1]],
    [5, 'CPU 1 is already in nodes[0]', good.replace('cpus: 2 3', 'cpus: 1 3')],
    [8, 'expected a row "1: ..."', good.replace(/ {2}1: .*\n/, '')],
    [11, 'expected 2 distances, got 1', good.replace('  1:  21  10', '  1:  21')],
    [10, 'an integer from 10 to 255, got 300', good.replace('10  21', '10  300')],
    [10, 'expected at least 21', good.replace('0:  10  21', '0:  21  10')],
    [8, 'node 5 is in the distance table', good.replace('node   0   1', 'node   0   1   5')],
    [9, 'expected a line "node 0 1 ..."', good.replace('node   0   1 \n', '')],
  ])('line %i: %s', (line, message, text) => {
    const error = errorOf(text);
    expect(error.message).toContain(message);
    expect(error.line).toBe(line);
    expect(error.message.startsWith(`line ${line}: `)).toBe(true);
  });
});

describe('any text', () => {
  const check = (text: string): void => {
    try {
      buildMachine(parseNumactl(text).machine);
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
    }
  };

  it('is read or refused with a FormatError', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 300 }), check), { numRuns: 300 });
  });

  it('and so is any text made of the words of numactl', () => {
    const word = fc.constantFrom(
      ...[
        'available:',
        '2 nodes',
        '(0-1)',
        'node',
        '0',
        '1',
        '7',
        '255',
        '70000',
        'cpus:',
        'size:',
        'free:',
        '\n',
      ],
      ...[
        'distances:',
        'distances:\n',
        ':',
        '10',
        '21',
        'MB',
        'GB',
        '-',
        '0-65535',
        '\nnode 0 cpus:',
        '\nnode 0 size: 8 MB\n',
        ' ',
      ],
    );
    fc.assert(
      fc.property(fc.array(word, { maxLength: 60 }), (words) => check(words.join(' '))),
      { numRuns: 200 },
    );
  });

  it('and so is real output with something removed, doubled or changed', () => {
    const text = fixture('guest-4n');
    fc.assert(
      fc.property(fc.nat(text.length), fc.nat(40), fc.string({ maxLength: 6 }), (at, length, insert) => {
        check(text.slice(0, at) + insert + text.slice(at + length));
        check(text.slice(0, at + length) + insert + text.slice(at));
      }),
      { numRuns: 300 },
    );
  });
});

it('reads back any machine as numactl would print it', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.nat(1000), { minLength: 1, maxLength: 200 }),
      fc.uniqueArray(fc.nat(300), { minLength: 1, maxLength: 12 }),
      fc.constantFrom(0, 80, 40),
      (cpus, ids, columns) => {
        cpus.sort((a, b) => a - b);
        ids.sort((a, b) => a - b);
        const nodes = ids.map((id, i) => ({
          id,
          cpus: cpus.filter((c) => c % ids.length === i),
          mb: 100 + id,
        }));
        const lines = [`available: ${nodes.length} nodes (${ids.join(',')})`];
        for (const node of nodes) {
          const line = `node ${node.id} cpus:${node.cpus.map((c) => ` ${c}`).join('')}`;
          // A console that cuts between numbers; cuts inside them are not always certain to undo.
          const wrapped = columns === 0 ? line : line.replace(new RegExp(`(.{${columns},}?) `, 'g'), '$1\n');
          lines.push(wrapped, `node ${node.id} size: ${node.mb} MB`);
        }
        const pad = (n: number): string => String(n).padStart(3);
        lines.push('node distances:', `node ${ids.map((id) => `${pad(id)} `).join('')}`);
        ids.forEach((a) => lines.push(`${pad(a)}: ${ids.map((b) => `${pad(a === b ? 10 : 20)} `).join('')}`));
        const { machine } = parseNumactl(lines.join('\n'));
        expect(machine.nodes.map((n, i) => n.id ?? i)).toEqual(ids);
        expect(machine.nodes.map((n) => n.cpus)).toEqual(nodes.map((n) => n.cpus));
      },
    ),
    { numRuns: 100 },
  );
});
