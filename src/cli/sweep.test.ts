import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import type { LabIo } from './io.ts';
import { runLab } from './lab.ts';

/** Run a command line; what it wrote and how it ended. */
async function lab(...args: string[]) {
  const written = { out: '', err: '' };
  const io: LabIo = {
    out: (text) => void (written.out += text),
    err: (text) => void (written.err += text),
    errIsTerminal: false,
    writeFile: () => undefined,
    readFile: () => {
      throw new Error('no such file');
    },
    lines: () => expect.unreachable(),
    now: () => 0,
  };
  return { status: await runLab(args, io), ...written };
}

const SHORT = ['sweep', '--workload', 'crossed', '--param', 'seconds=1', '--param', 'mib=60'];

describe('lab sweep', () => {
  it('runs every combination and gives what lab run gives', async () => {
    const { status, out } = await lab(
      ...SHORT,
      ...['--vary', 'policy=autonuma,off', '--vary', 'seed=1..2', '--series', '--json'],
    );
    expect(status).toBe(0);
    const result = JSON.parse(out);
    expect(result.schema).toBe('autonuma-lab/sweep/1');
    expect(result.cells).toHaveLength(4);
    expect(result.cells[3]).toMatchObject({ policy: 'off', seed: '2', finished: true, cost_s: 0 });
    const alone = JSON.parse(
      (await lab('run', ...SHORT.slice(1), '--seed', '2', '--policy', 'off', '--json')).out,
    );
    const same = [
      'local_access_share',
      'pages_migrated',
      'hinting_faults',
      'task_moves',
      'ticks',
      'state_hash',
    ];
    for (const key of same.filter((each) => each !== 'local_access_share'))
      expect(result.cells[3][key]).toBe(alone[key]);
    expect(result.cells[3].local_access_share).toBeCloseTo(alone.local_access_share, 5);
    expect(result.cells[3].elapsed_s).toBeGreaterThanOrEqual(alone.elapsed_s);
    const { t_s, share } = result.cells[0].local_share;
    expect(t_s).toHaveLength(share.length);
    expect(Math.max(...share)).toBeLessThanOrEqual(1);
  });

  it('prints a table, squares of two fields, and what was cut off', async () => {
    const { out, err } = await lab(
      ...SHORT,
      ...['--vary', 'knuma_scand/pmd=0,1', '--vary', 'seed=1,2', '--limit-s', '0.4'],
    );
    expect(out).toContain('crossed on westmere-2n: 4 runs');
    expect(out).toContain('elapsed s: pmd down, seed across');
    expect(out).toContain('cost s: pmd down, seed across');
    expect(out).toContain('> not finished within 0.4 simulated seconds');
    expect(err).toContain('4/4  pmd=1, seed=2: not finished after');
  });

  it('prints CSV with a heading', async () => {
    const { out } = await lab(...SHORT, '--vary', 'seed=1,2', '--csv', '--limit-s', '0.1');
    const [heading, ...rows] = out.trimEnd().split('\r\n');
    expect(heading).toMatch(/^seed,finished,elapsed_s,local_access_share,.*,cost_s,ticks,state_hash$/);
    expect(rows).toHaveLength(2);
    expect(rows[0]).toMatch(/^1,false,/);
  });

  it('gives the same in several processes', { timeout: 120_000 }, async () => {
    const args = [...SHORT, '--vary', 'seed=1..3', '--csv'];
    const command = ['src/cli/main.ts', ...args, '--jobs', '2'];
    const together = spawnSync('node_modules/.bin/tsx', command, { encoding: 'utf8' });
    expect(together.status).toBe(0);
    expect(together.stdout).toBe((await lab(...args)).out);
  });

  it.each([
    [[], '--vary: a sweep needs a field to vary'],
    [['--vary', 'seed=1', '--vary', 'thp=on', '--vary', 'policy=off'], '--vary: at most two fields'],
    [['--vary', 'seed=3..1'], '--vary: seed: the range 3..1 ends before it begins'],
    [
      ['--vary', 'knuma_scand/pages_to_scan=0'],
      '--vary: autonuma/knuma_scand/pages_to_scan: expected whole numbers',
    ],
    [
      ['--vary', 'parameters.thread=1'],
      'the program has no parameter "thread"; it has threads, mib, seconds',
    ],
    [['--vary', 'seed=1', '--jobs', '0'], '--jobs: expected a whole number from 1'],
    [['--vary', 'seed=1', '--csv', '--json'], '--json and --csv exclude each other'],
    [['--vary', 'seed=1', '--policy', 'of'], 'seed=1: --policy: expected "autonuma" or "off", got "of"'],
    [['--vary', 'seed=1', '--seeds', '2'], 'unknown option --seeds'],
  ])('refuses %j', async (args, message) => {
    const { status, err, out } = await lab(...SHORT, ...args);
    expect(err).toContain(message);
    expect(out).toBe('');
    expect(status).toBe(2);
  });
});
