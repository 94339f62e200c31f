import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import type { LabIo } from './io.ts';
import { runLab } from './lab.ts';

async function lab(argv: string[]): Promise<{ status: number; out: string; err: string }> {
  let out = '';
  let err = '';
  const io: LabIo = {
    out: (text) => void (out += text),
    err: (text) => void (err += text),
    errIsTerminal: false,
    writeFile: () => undefined,
    readFile: () => {
      throw new Error('no such file');
    },
    lines: () => expect.unreachable(),
    now: () => 0,
  };
  return { status: await runLab(argv, io), out, err };
}

const ONE = ['published', '--only', 'srikar/numa02/hard', '--seeds', '1'];

describe('lab published', () => {
  it('prints published seconds, the mean, the ratio and a verdict', async () => {
    const { status, out, err } = await lab(ONE);
    expect(status).toBe(0);
    expect(out).toMatch(/numa02 hard +35\.25 +35\.\d\d +1\.0\d\d +\+?-?\d\.\d % +2\.0 % +within source +1/);
    expect(out).toContain('1 rows: 1 within source, 0 within target, 0 miss.');
    expect(out).toContain('Not modelled: numa/core');
    expect(err).toMatch(/^1\/1 {2}srikar\/numa02\/hard seed 1: 35\.\d\d s\n$/);
  });

  it('prints one JSON object', async () => {
    const { out, err } = await lab([...ONE, '--json']);
    expect(err).toBe('');
    const result = JSON.parse(out);
    expect(result.schema).toBe('autonuma-lab/published/1');
    expect(result.rows).toHaveLength(1);
    expect(result.rows[0]).toMatchObject({
      id: 'srikar/numa02/hard',
      machine: 'srikar-2n',
      version: null,
      published_s: 35.25,
      target: 0.02,
      verdict: 'within source',
    });
  });

  it('prints Markdown', async () => {
    const { out } = await lab([...ONE, '--markdown']);
    expect(out).toMatch(/^<!-- npm run -s lab -- published --seeds 1 --only /);
    expect(out).toMatch(/\| numa02 hard \| 35\.25 \| 35\.\d\d \| 1 \|/);
  });

  it('gives the same from several processes', async () => {
    const args = ['published', '--only', 'srikar/numa02/(hard|upstream)', '--seeds', '1', '--json'];
    const tsx = 'node_modules/.bin/tsx';
    const several = spawnSync(tsx, ['src/cli/main.ts', ...args, '--jobs', '2'], { encoding: 'utf8' });
    expect(several.status).toBe(0);
    expect(several.stdout).toBe((await lab(args)).out);
  });

  it('refuses what makes no sense', async () => {
    for (const [args, message] of [
      [['--only', 'vax'], 'no row matches "vax"'],
      [['--only', '('], '--only:'],
      [['--seeds', '0'], '--seeds: expected a whole number from 1 to 1000'],
      [['--json', '--markdown'], 'exclude each other'],
    ] as const) {
      const { status, err } = await lab(['published', ...args]);
      expect(status).toBe(2);
      expect(err).toContain(message);
    }
  });
});

describe('lab calibrate', () => {
  it('prints parameters and residuals, and the machine with its bandwidth', async () => {
    const { status, out } = await lab(['calibrate', '--machine', 'srikar-2n', '--json']);
    expect(status).toBe(0);
    const { schema, fitted, figures, machine } = JSON.parse(out);
    expect([schema, fitted]).toEqual(['autonuma-lab/calibration/1', true]);
    for (const { residual } of figures) expect(Math.abs(residual)).toBeLessThan(0.01);
    expect(machine.bandwidth_gbps.socket_local).toBe(12.25);
    expect(machine.bandwidth_gbps.link).toEqual([
      [null, null],
      [null, null],
    ]);
  });

  it('needs a machine', async () => {
    expect(await lab(['calibrate'])).toMatchObject({ status: 2 });
    const { err } = await lab(['calibrate', '--machine', 'westmer']);
    expect(err).toContain('westmere-2n');
  });
});
