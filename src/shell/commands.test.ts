import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { guestLines } from '../formats/fixtures.test-util.ts';
import { parseNumactl } from '../formats/numactl.ts';
import { parseNumaMaps } from '../formats/numa-maps.ts';
import { buildMachine } from '../kernel/machine/build.ts';
import { presetNames } from '../kernel/machine/presets.ts';
import { stateHash } from '../kernel/kernel.ts';
import { bootWithKnobs } from '../scenarios/boot.ts';
import { bootFromExperiment } from '../scenarios/experiment.ts';
import { COMMANDS } from './commands/table.ts';
import { inColumns } from './commands/files.ts';
import { ticksOf } from './commands/time.ts';
import { bootSmall, GAPPED, TestShell } from './shell.test-util.ts';

describe('looking', () => {
  it('changes nothing', () => {
    const shell = new TestShell();
    const before = stateHash(shell.k);
    shell.type('cat $(find / -type f)');
    for (const name of Object.keys(COMMANDS)) if (name !== 'run') shell.type(name);
    shell.type('ps -eLf; ps aux; numastat -m; numastat -p left; top -b -n1; dmesg; lscpu -e; ls -lR /');
    expect(stateHash(shell.k)).toBe(before);
    expect(shell.edits).toEqual([]);
  });

  it('works on every preset, before its first tick and after', { timeout: 120_000 }, () => {
    for (const machine of presetNames()) {
      const experiment = {
        machine,
        workload: 'stream',
        variant: 'default',
        parameters: {},
        policy: 'autonuma',
        autonumaVersion: 'alpha6',
        noautonuma: false,
        thp: 'off',
        seed: 1,
      };
      const shell = new TestShell(bootWithKnobs(bootFromExperiment(experiment), {}), 0);
      for (const ms of [0, 3]) {
        shell.pass(ms);
        const printed = shell.type(
          'numastat; numastat -m; lscpu; free; dmesg; ps -eL; cat /proc/vmstat /proc/meminfo',
        );
        expect(printed).not.toMatch(/NaN|undefined|Infinity/);
      }
    }
  });
});

it('any command takes any arguments without falling over', { timeout: 120_000 }, () => {
  const shell = new TestShell();
  const pid = String(shell.k.processes[0].pid);
  const words = [
    '-p',
    '-c',
    '-n',
    '-k',
    '-t',
    '-e',
    '-L',
    '-o',
    '-x',
    '--',
    '-',
    '--sort',
    '--hardware',
    'pid,psr',
    '0-3',
    '0',
    '-5',
  ];
  const wordArb = fc.constantFrom(
    ...words,
    pid,
    '99999',
    '1.5',
    '/proc',
    '/proc/vmstat',
    '/x',
    'left',
    '[',
    '*',
    'a*',
    '""',
    "'a b'",
  );
  const commandArb = fc.constantFrom(...Object.keys(COMMANDS));
  fc.assert(
    fc.property(
      fc.array(fc.tuple(commandArb, fc.array(wordArb, { maxLength: 4 })), { minLength: 1, maxLength: 3 }),
      (commands) => {
        const line = commands.map(([name, args]) => [name, ...args].join(' ')).join(' | ');
        expect(shell.type(line), line).not.toMatch(/NaN|undefined|Infinity|\[object/);
        expect(shell.session.status).toBeGreaterThanOrEqual(0);
      },
    ),
    { numRuns: 600, interruptAfterTimeLimit: 8000 },
  );
});

it('huge pages are told where they are', () => {
  const shell = new TestShell(bootSmall({ thp: 'on' }));
  const { tables } = shell.k.memory;
  const huge = tables.huge.reduce((sum, is, slot) => sum + (is && tables.mm[slot] >= 0 ? 1 : 0), 0);
  expect(huge).toBeGreaterThan(5);
  expect(shell.type('grep AnonHuge /proc/meminfo')).toBe(
    `AnonHugePages:  ${String(huge * 2048).padStart(8)} kB\n`,
  );
  const nodes = [0, 3].map((id) =>
    Number(/(\d+) kB/.exec(shell.type(`grep AnonHuge /sys/devices/system/node/node${id}/meminfo`))![1]),
  );
  expect(nodes[0] + nodes[1]).toBe(huge * 2048);
  expect(shell.type('cat /sys/kernel/mm/transparent_hugepage/enabled')).toBe('[always] madvise never\n');
});

describe('numactl', () => {
  it.each(presetNames())('of %s is read by our importer as the same machine', (name) => {
    const experiment = {
      machine: name,
      workload: 'stream',
      variant: 'default',
      parameters: {},
      policy: 'off',
      autonumaVersion: 'alpha6',
      noautonuma: false,
      thp: 'off',
      seed: 1,
    };
    const shell = new TestShell(bootWithKnobs(bootFromExperiment(experiment), {}), 0);
    const there = shell.k.machine;
    const again = buildMachine(parseNumactl(shell.type('numactl --hardware')).machine);
    expect(again.nodes.map(({ osId, memoryMb, cpus }) => ({ osId, memoryMb, cpus }))).toEqual(
      there.nodes.map(({ osId, memoryMb, cpus }) => ({ osId, memoryMb, cpus })),
    );
    expect(again.cpus.map((cpu) => cpu.osId)).toEqual(there.cpus.map((cpu) => cpu.osId));
    expect(again.distances).toEqual(there.distances);
  });

  it('uses the numbers of the machine', () => {
    const shell = new TestShell();
    expect(shell.lines('numactl -H').slice(0, 3)).toEqual([
      'available: 2 nodes (0,3)',
      'node 0 cpus: 0 1 4',
      'node 0 size: 256 MB',
    ]);
    expect(shell.type('numactl --show')).toContain('physcpubind: 0 1 4 8 9 \ncpubind: 0 3 \n');
    expect(shell.type('numactl --interleave=all ls')).toContain("unrecognized option '--interleave=all'");
  });
});

describe('processes', () => {
  it('ps, /proc/PID and numastat tell of the same memory', () => {
    const shell = new TestShell();
    const [left] = shell.k.processes;
    expect(shell.lines('ps -o pid,comm')[1]).toBe(` ${left.pid} left`);
    const maps = parseNumaMaps(shell.type(`cat /proc/${left.pid}/numa_maps`));
    const mm = shell.k.mms[left.mm];
    const onNode = (id: number): number =>
      maps.flatMap((line) => line.nodes).reduce((sum, { node, pages }) => sum + (node === id ? pages : 0), 0);
    expect([onNode(0), onNode(3)]).toEqual([...mm.nodePages]);
    expect(maps.some((line) => line.stack)).toBe(true);
    const rss = Number(shell.type(`ps -o rss= -p ${left.pid}`));
    expect(rss).toBe(mm.presentPages * 4);
    expect(shell.type(`grep VmRSS /proc/${left.pid}/status`)).toBe(`VmRSS:\t${String(rss).padStart(8)} kB\n`);
    const total = shell.lines(`numastat -p ${left.pid}`).at(-1)!.split(/ +/).slice(1).map(Number);
    expect(total[2]).toBeCloseTo(rss / 1024, 1);
    expect(total[0] + total[1]).toBeCloseTo(total[2], 1);
  });

  it('a thread has its own files, and its process lists it', () => {
    const shell = new TestShell();
    const [left] = shell.k.processes;
    const thread = shell.k.tasks[left.threads[2]];
    expect(shell.lines(`ls -1 /proc/${left.pid}/task`)).toContain(String(thread.pid));
    expect(shell.lines('ls -1 /proc')).not.toContain(String(thread.pid));
    const cpu = shell.k.machine.cpus[thread.cpu].osId;
    expect(shell.lines(`ps -Lo tid,psr -p ${left.pid}`).map((line) => line.trim())).toContain(
      `${thread.pid} ${String(cpu).padStart(3)}`,
    );
    const stat = shell.type(`cat /proc/${left.pid}/task/${thread.pid}/stat`).split(' ');
    expect([stat[0], stat[1], stat[38]]).toEqual([String(thread.pid), '(left)', String(cpu)]);
    const node = shell.k.machine.nodes[shell.k.machine.cpus[thread.cpu].node].osId;
    expect(shell.type(`cat /proc/${thread.pid}/sched`)).toContain(`current_node=${node}, numa_group_id=0`);
  });

  it('ps takes the options of both worlds', () => {
    const shell = new TestShell();
    const heads = (line: string): string => shell.lines(line)[0].trim().replace(/ +/g, ' ');
    expect(heads('ps')).toBe('PID TTY TIME CMD');
    expect(heads('ps -ef')).toBe('UID PID PPID C STIME TTY TIME CMD');
    expect(heads('ps aux')).toBe('USER PID %CPU %MEM VSZ RSS TTY STAT START TIME COMMAND');
    expect(heads('ps ax')).toBe('PID TTY STAT TIME COMMAND');
    expect(heads('ps -eLf')).toBe('UID PID PPID LWP C NLWP STIME TTY TIME CMD');
    expect(shell.lines('ps -e').length).toBe(shell.lines('ps').length + 6);
    expect(shell.lines('ps -e').join()).toContain('knuma_migrated3');
    expect(shell.lines('ps -C right -o comm=')).toEqual(['right']);
    const times = shell.lines('ps -eo pcpu= --sort=-pcpu').map(Number);
    expect(times).toEqual([...times].sort((a, b) => b - a));
    expect(shell.type('ps -o pid,nothing')).toBe('error: unknown user-defined format specifier "nothing"\n');
    expect(shell.type('ps --what')).toBe('error: unknown gnu long option\n');
  });

  it('taskset asks and sends', () => {
    const shell = new TestShell();
    const [left] = shell.k.processes;
    const thread = shell.k.tasks[left.threads[2]];
    const { pid } = thread;
    expect(shell.type(`taskset -p ${pid}`)).toBe(`pid ${pid}'s current affinity mask: 313\n`);
    expect(shell.type(`taskset -cp 8,9 ${pid}`)).toBe(
      `pid ${pid}'s current affinity list: 0,1,4,8,9\npid ${pid}'s new affinity list: 8,9\n`,
    );
    expect(shell.k.machine.cpus[thread.cpu].node).toBe(1);
    expect(shell.type(`taskset -p 0x11 ${pid}`)).toContain('new affinity mask: 11\n');
    expect(shell.edits).toEqual([
      { path: `proc/${pid}/affinity`, value: '8-9' },
      { path: `proc/${pid}/affinity`, value: '0,4' },
    ]);
    shell.type(`taskset -acp 4 ${left.pid}`);
    expect(shell.edits).toHaveLength(2 + left.liveThreads);
    expect(shell.type(`taskset -cp 2 ${pid}`)).toContain(
      'failed to set pid ' + `${pid}'s affinity: Invalid argument\n`,
    );
    expect(shell.type('taskset -cp 0 99999')).toBe(
      "taskset: failed to get pid 99999's affinity: No such process\n",
    );
    expect(shell.type(`taskset -cp 0- ${pid}`)).toBe('taskset: failed to parse CPU list: 0-\n');
    expect(shell.type('taskset 1 ls')).toBe('taskset: failed to execute ls: this shell starts no programs\n');
  });

  it('kill ends processes', () => {
    const shell = new TestShell();
    const [left, right] = shell.k.processes;
    expect(shell.type(`kill -0 ${left.pid}; echo $?`)).toBe('0\n');
    expect(shell.type(`kill -SIGKILL ${left.pid}`)).toBe('');
    shell.pass(100);
    expect(left.exitedNs).toBeGreaterThan(0);
    expect(shell.type(`kill ${left.pid}`)).toBe(`bash: kill: (${left.pid}) - No such process\n`);
    expect(shell.type('kill x')).toBe('bash: kill: x: arguments must be process or job IDs\n');
    expect(shell.type(`kill -WINCH ${right.pid}`)).toBe('bash: kill: WINCH: invalid signal specification\n');
    expect(shell.type(`kill -STOP ${right.pid}`)).toContain('SIGSTOP is not modelled');
    const daemon = shell.k.tasks.find((task) => task.daemon === 'knuma_scand')!;
    expect(shell.type(`kill -9 ${daemon.pid}`)).toBe('');
    expect(shell.type('pkill righ')).toBe('');
    shell.pass(100);
    expect(shell.type('pgrep right; echo $?')).toBe('1\n');
    expect(shell.edits).toEqual([
      { path: `proc/${left.pid}/signal`, value: 'KILL' },
      { path: `proc/${right.pid}/signal`, value: 'TERM' },
    ]);
  });
});

describe('knobs', () => {
  it('are read and written under their paths', () => {
    const shell = new TestShell();
    expect(shell.type('cat /sys/kernel/mm/autonuma/knuma_scand/pages_to_scan')).toBe('32768\n');
    expect(shell.type('echo 4096 > /sys/kernel/mm/autonuma/knuma_scand/pages_to_scan')).toBe('');
    expect(shell.type('cd /sys/kernel/mm/autonuma; cat knuma_scand/pages_to_scan; cd /')).toBe('4096\n');
    expect(shell.type('echo 1 | sudo tee /sys/kernel/mm/autonuma/debug')).toBe('1\n');
    expect(shell.edits.map((edit) => edit.value)).toEqual(['4096', '1']);
    expect(shell.last!.edited).toBe(true);
    expect(shell.type('cat /sys/kernel/mm/transparent_hugepage/enabled')).toBe('always [madvise] never\n');
    shell.type('echo never > /sys/kernel/mm/transparent_hugepage/enabled');
    expect(shell.type('cat /sys/kernel/mm/transparent_hugepage/enabled')).toBe('always madvise [never]\n');
  });

  it('refuse as the kernel does', () => {
    const shell = new TestShell();
    expect(shell.type('echo 2 > /sys/kernel/mm/autonuma/debug')).toBe(
      'bash: echo: write error: Invalid argument\n# expected 0 or 1, got "2"\n',
    );
    expect(shell.last!.output.map((chunk) => chunk.kind)).toEqual(['error', 'note']);
    expect(shell.session.status).toBe(1);
    expect(shell.type('uname > /sys/kernel/mm/autonuma/debug')).toContain(
      'uname: write error: Invalid argument',
    );
    expect(shell.type('echo 1 > /sys/kernel/mm/autonuma/knuma_scand/full_scans')).toBe(
      'bash: /sys/kernel/mm/autonuma/knuma_scand/full_scans: Permission denied\n',
    );
    expect(shell.edits).toEqual([]);
    expect(shell.last!.edited).toBe(false);
  });

  it('are gone with noautonuma', () => {
    const shell = new TestShell(bootSmall({ noautonuma: true }));
    expect(shell.type('ls /sys/kernel/mm')).toBe('transparent_hugepage\n');
    expect(shell.type('echo 1 > /sys/kernel/mm/autonuma/debug')).toBe(
      'bash: /sys/kernel/mm/autonuma/debug: No such file or directory\n',
    );
    expect(shell.type('cat /proc/cmdline')).toBe('noautonuma\n');
    expect(shell.type('man autonuma')).toContain('is not there in this boot');
  });

  it('follow the version', () => {
    const shell = new TestShell(bootSmall({ autonumaVersion: '27' }));
    expect(shell.type('ls /sys/kernel/mm/autonuma')).toContain('scan_pmd');
    expect(shell.type('uname -r')).toBe('3.3.0-autonuma-27\n');
  });
});

describe('text', () => {
  const shell = new TestShell();
  it.each([
    ['echo c a b | cat', 'c a b\n'],
    ['seq 2> /dev/null; echo', ''],
    [
      'cat -n /proc/version',
      '     1\tLinux version 3.3.0-autonuma-alpha6 (AutoNUMA Lab, simulated) #1 SMP\n',
    ],
    ['grep -c ^numa_hit /proc/vmstat', '1\n'],
    ['grep -n numa_hit /proc/vmstat', '10:numa_hit'],
    ['grep -o "numa_[a-z]*" /proc/vmstat | head -n 2', 'numa_hit\nnuma_miss\n'],
    ['grep -v numa /proc/vmstat | grep -w pgfree | cut -d " " -f 1', 'pgfree\n'],
    ['grep -q numa /proc/vmstat && echo found', 'found\n'],
    ['grep -rl . /sys/kernel/mm/autonuma | wc -l', '16\n'],
    ['grep -A1 numa_hit /proc/vmstat | cut -d" " -f1', 'numa_hit\nnuma_miss\n'],
    ['echo "b\na\nb" | sort -u', 'a\nb\n'],
    ['echo "b 10\na 9\nc 100" | sort -k2 -n', 'a 9\nb 10\nc 100\n'],
    ['echo "b 10\na 9\nc 100" | sort -rnk2', 'c 100\nb 10\na 9\n'],
    ['echo "a\na\nb" | uniq -c', '      2 a\n      1 b\n'],
    ['echo "1\n2\n3\n4" | head -2', '1\n2\n'],
    ['echo "1\n2\n3\n4" | tail -n 1', '4\n'],
    ['echo "1\n2\n3\n4" | tail -n +3', '3\n4\n'],
    ['echo "1\n2\n3\n4" | head -n -3', '1\n'],
    ['echo "a b\nc" | wc', '      2       3       6\n'],
    ['head -n x /proc/vmstat', "head: invalid number of lines: 'x'\n"],
    ['grep "[" /proc/vmstat', 'grep: Invalid regular expression: [\n'],
    ['sort -z', "sort: invalid option -- 'z'\nTry 'man sort' for more information.\n"],
  ])('%s', (line, printed) => {
    expect(shell.type(line)).toContain(printed);
  });
});

describe('files', () => {
  it('ls stands in columns as on the guest', () => {
    const lines = guestLines('ls-node-4n');
    const columns = lines.map((line) => line.split(/ +/));
    const names = columns[0].flatMap((_, i) => columns.map((row) => row[i] ?? [])).flat();
    expect(inColumns(names, 80)).toEqual(lines);
    expect(inColumns(['a', 'b'], 1)).toEqual(['a', 'b']);
  });

  it('ls, find and links', () => {
    const shell = new TestShell();
    expect(shell.type('ls /sys/kernel/mm | cat')).toBe('autonuma\nautonuma_lab\ntransparent_hugepage\n');
    expect(shell.type('ls -l /sys/devices/system/node/node3/cpu8')).toContain('cpu8 -> ../../cpu/cpu8');
    expect(shell.type('cat /sys/devices/system/node/node3/cpu8/topology/physical_package_id')).toBe('3\n');
    expect(shell.type('cd /sys/devices/system/node/node3/cpu8/node3; pwd; cd /')).toBe(
      '/sys/devices/system/node/node3\n',
    );
    expect(shell.lines('find /sys/devices/system/node -maxdepth 1 -name "node*"')).toHaveLength(3);
    expect(shell.lines('find /sys/kernel/mm/autonuma -type f')).toHaveLength(16);
    expect(shell.lines('find /sys/kernel/mm/autonuma -name debug')).toEqual([
      '/sys/kernel/mm/autonuma/debug',
    ]);
    expect(shell.type('find / -size 3')).toBe("find: unknown predicate '-size'\n");
  });

  it('nodes are told under their numbers', () => {
    const shell = new TestShell();
    const read = (file: string): string => shell.type(`cat /sys/devices/system/node/${file}`);
    expect(read('online')).toBe('0,3\n');
    expect(read('node3/cpulist')).toBe('8-9\n');
    expect(read('node3/cpumap')).toBe('300\n');
    expect(read('node3/distance')).toBe('16 10\n');
    expect(read('node3/meminfo').split('\n')[0]).toBe('Node 3 MemTotal:         204800 kB');
    const hit = shell.lines('numastat').find((line) => line.startsWith('numa_hit'))!;
    expect(
      hit
        .split(/ +/)
        .slice(1)
        .map(Number)
        .reduce((a, b) => a + b),
    ).toBe(shell.k.counters.numa_hit);
    expect(read('node0/numastat').split('\n')[0]).toBe(`numa_hit ${hit.split(/ +/)[1]}`);
    expect(GAPPED.nodes[1].id).toBe(3);
  });
});

describe('what the terminal does', () => {
  it('is asked for in the reply', () => {
    const shell = new TestShell();
    const actionOf = (line: string) => {
      shell.type(line);
      return shell.last!.action;
    };
    expect(actionOf('clear')).toEqual({ do: 'clear' });
    expect(actionOf('history')).toEqual({ do: 'history' });
    expect(actionOf('watch -n 2 "ps | head"')).toEqual({ do: 'watch', line: 'ps | head', seconds: 2 });
    expect(actionOf('top')).toEqual({ do: 'watch', line: 'top -b -n 1', seconds: 1 });
    expect(actionOf('dmesg -w')).toMatchObject({ do: 'watch' });
    expect(actionOf('watch uptime | cat')).toBeUndefined();
    expect(shell.type('watch -n x uptime')).toBe("watch: failed to parse argument: 'x'\n");
  });

  it('time passes only where a shell may let it', () => {
    const shell = new TestShell();
    expect(shell.type('run 10s')).toContain('here time passes by itself');
    expect(shell.type('help')).not.toContain('let simulated time pass');
    expect([
      ticksOf('10s'),
      ticksOf('250ms'),
      ticksOf('1.5'),
      ticksOf('2m'),
      ticksOf('x'),
      ticksOf('9999h'),
    ]).toEqual([10000, 250, 1500, 120000, null, null]);
  });

  it('help and man know every command', () => {
    const shell = new TestShell();
    const help = shell.type('help');
    for (const name of Object.keys(COMMANDS)) {
      if (COMMANDS[name].summary === '') continue;
      if (name !== 'run') expect(help).toMatch(new RegExp(`^${name} +\\S`, 'm'));
      expect(shell.type(`man ${name}`)).toContain(COMMANDS[name].usage);
    }
    expect(shell.type('man 5 numa_maps')).toContain('mapmax=');
    expect(shell.type('man nothing')).toBe('No manual entry for nothing\n');
  });
});
