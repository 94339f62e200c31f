import { describe, expect, it } from 'vitest';
import type { LabIo, LineEditor } from './io.ts';
import { runLab } from './lab.ts';

const SMALL = ['--workload', 'crossed', '--param', 'threads=3', '--param', 'mib=20', '--param', 'seconds=1'];

/** Run `lab shell` with these lines on standard input. */
async function shell(options: string[], lines: string[] = []) {
  let out = '';
  let err = '';
  const prompts: string[] = [];
  let editor: LineEditor | null = null;
  const io: LabIo = {
    out: (text) => void (out += text),
    err: (text) => void (err += text),
    errIsTerminal: false,
    writeFile: () => undefined,
    readFile: () => {
      throw new Error('no such file');
    },
    async *lines(given) {
      editor = given;
      for (const line of lines) {
        prompts.push(given.prompt());
        yield line;
      }
    },
    now: () => 0,
  };
  const status = await runLab(['shell', ...options], io);
  return { status, out, err, prompts, complete: (line: string) => editor!.complete(line) };
}

describe('lab shell', () => {
  it('runs what comes in, lets time pass when told to, and keeps its directory', async () => {
    const { status, out, err, prompts } = await shell(SMALL, [
      'run 200ms; uptime',
      'cd /sys/kernel/mm/autonuma',
      'echo 1 > debug; cat debug',
      'run 0.3; cat /proc/uptime | cut -d. -f1,2',
      'cat nothing',
    ]);
    expect(out).toContain(' 00:00:00 up 0 min');
    expect(out).toContain('\n1\n0.50 ');
    expect(err).toBe('cat: nothing: No such file or directory\n');
    expect(prompts).toEqual([
      'root@lab:/# ',
      'root@lab:/# ',
      ...Array<string>(3).fill('root@lab:/sys/kernel/mm/autonuma# '),
    ]);
    expect(status).toBe(1);
  });

  it('takes one line as an option', async () => {
    const { status, out, err } = await shell([
      ...SMALL,
      '--command',
      'run 100ms; kill $(pidof left); run 10s; ps',
    ]);
    expect(out).toBe('  PID TTY          TIME CMD\n');
    expect(err).toContain('# Time stands still');
    expect(err).toMatch(/# Every program has exited at \d+\.\d{3} s\./);
    expect(status).toBe(1);
  });

  it('gives the same at every time', async () => {
    const lines = [
      'run 400ms',
      'taskset -acp 0-3 $(pidof left) > /dev/null; run 300ms',
      'cat /proc/vmstat; ps -eLo tid,psr,time',
    ];
    const [a, b] = [await shell(SMALL, lines), await shell(SMALL, lines)];
    expect(a.out).toBe(b.out);
    expect(a.out.length).toBeGreaterThan(500);
  });

  it('leaves at exit, completes, and prints once what would be watched', async () => {
    const { out, complete } = await shell(SMALL, ['watch uname', 'exit', 'hostname']);
    expect(out).toBe('Linux\n');
    expect(complete('cat /proc/vms')).toEqual([['/proc/vmstat '], '/proc/vms']);
    expect(complete('cat /sys/kernel/mm/autonuma')).toEqual([
      ['autonuma/', 'autonuma_lab/'],
      '/sys/kernel/mm/autonuma',
    ]);
    expect(complete('ru')).toEqual([['run '], 'ru']);
  });

  it('says what is wrong with its options', async () => {
    for (const [options, message] of [
      [['--machine', 'vax'], 'lab: --machine: '],
      [['--series'], 'lab: shell: unknown option --series'],
      [['--set', 'debug=7'], 'lab: --set debug=7: '],
    ] as const) {
      const { status, err } = await shell([...options]);
      expect(status).toBe(2);
      expect(err).toContain(message);
    }
  });
});
