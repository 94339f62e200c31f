/** Commands about the machine and the kernel: uname, lscpu, free, uptime, nproc, hostname, dmesg. */
import { bootLog, writeLogLine } from '../../formats/dmesg.ts';
import { type FreeUnit, writeFree } from '../../formats/free.ts';
import { type LscpuLine, utilLinuxList, writeLscpu, writeLscpuTable } from '../../formats/lscpu.ts';
import type { Kernel } from '../../kernel/kernel-state.ts';
import { PAGE_BYTES } from '../../kernel/units.ts';
import type { Command } from '../command.ts';
import { bootCommandLine, cpuNumbers, hasMemory, nodesByNumber, PAGE_KB, release } from '../facts.ts';
import { parseOptions } from '../options.ts';
import { machinePages, uptimeSeconds } from '../tree/proc.ts';
import { psTime } from '../../formats/ps.ts';
import { badOption } from './text.ts';

export const HOST_NAME = 'lab';

export const uname: Command = {
  usage: 'uname [-asnrvmo]',
  summary: 'the kernel and its version',
  completes: 'nothing',
  run(run) {
    const { flags, problem } = parseOptions(run.args, 'asnrvmpio', ['all:a', 'kernel-release:r']);
    if (problem) return badOption(run, problem);
    const parts: [string, string][] = [
      ['s', 'Linux'],
      ['n', HOST_NAME],
      ['r', release(run.k)],
      ['v', '#1 SMP'],
      ['m', 'x86_64'],
      ['o', 'GNU/Linux'],
    ];
    const wanted = flags.size === 0 ? new Set(['s']) : flags;
    run.line(
      parts.flatMap(([letter, text]) => (wanted.has('a') || wanted.has(letter) ? [text] : [])).join(' '),
    );
    return 0;
  },
};

export const lscpu: Command = {
  usage: 'lscpu [-e]',
  summary: 'CPUs, cores and nodes',
  completes: 'nothing',
  run(run) {
    const { flags, problem } = parseOptions(run.args, 'ep', ['extended:e']);
    if (problem) return badOption(run, problem);
    const { k } = run;
    const nodeId = (node: number): number => k.machine.nodes[node].osId;
    if (flags.has('e')) {
      const cpus = k.machine.cpus.map((cpu) => ({
        cpu: cpu.osId,
        node: nodeId(cpu.node),
        socket: nodeId(cpu.node),
        core: cpu.core,
      }));
      run.out(writeLscpuTable(cpus));
    } else run.out(writeLscpu(lscpuLines(k)));
    return 0;
  },
};

function lscpuLines(k: Kernel): LscpuLine[] {
  const { cpus, nodes } = k.machine;
  const sockets = nodes.filter((node) => node.cpus.length > 0);
  const cores = new Set(cpus.map((cpu) => cpu.core)).size;
  const line = (depth: 0 | 1 | 2, name: string, value: string | number): LscpuLine => ({
    depth,
    name,
    value: String(value),
  });
  return [
    line(0, 'Architecture', 'x86_64'),
    line(1, 'Byte Order', 'Little Endian'),
    line(0, 'CPU(s)', cpus.length),
    line(1, 'On-line CPU(s) list', utilLinuxList(cpuNumbers(k))),
    line(0, 'Model name', `${k.machine.name} (simulated)`),
    line(1, 'Thread(s) per core', Math.max(...cpus.map((cpu) => cpu.siblings.length))),
    line(1, 'Core(s) per socket', Math.round(cores / Math.max(1, sockets.length))),
    line(1, 'Socket(s)', sockets.length),
    line(0, 'NUMA', ''),
    line(1, 'NUMA node(s)', nodes.length),
    ...nodesByNumber(k).map((n) =>
      line(1, `NUMA node${nodes[n].osId} CPU(s)`, utilLinuxList(cpuNumbers(k, n))),
    ),
  ];
}

export const free: Command = {
  usage: 'free [-b|-k|-m|-g|-h]',
  summary: 'memory of the machine',
  completes: 'nothing',
  run(run) {
    const { flags, problem } = parseOptions(run.args, 'bkmghtw', ['human:h', 'mebi:m']);
    if (problem) return badOption(run, problem);
    const unit = (['b', 'm', 'g', 'h'] as FreeUnit[]).find((letter) => flags.has(letter)) ?? 'k';
    const pages = machinePages(run.k);
    run.out(
      writeFree(
        {
          total: pages.total * PAGE_KB,
          free: pages.free * PAGE_KB,
          shared: pages.shared * PAGE_KB,
          cache: pages.file * PAGE_KB,
        },
        unit,
      ),
    );
    return 0;
  },
};

export const uptime: Command = {
  usage: 'uptime',
  summary: 'simulated time since boot',
  details: 'Load averages are not modelled.',
  completes: 'nothing',
  run(run) {
    const seconds = uptimeSeconds(run.k);
    const minutes = Math.floor(seconds / 60);
    const up =
      minutes < 60
        ? `${minutes} min`
        : `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, '0')}`;
    run.line(` ${psTime(seconds)} up ${up},  1 user`);
    return 0;
  },
};

export const nproc: Command = {
  usage: 'nproc',
  summary: 'number of CPUs',
  completes: 'nothing',
  run(run) {
    run.line(String(run.k.machine.cpus.length));
    return 0;
  },
};

export const hostname: Command = {
  usage: 'hostname',
  summary: 'name of the machine',
  completes: 'nothing',
  run(run) {
    run.line(HOST_NAME);
    return 0;
  },
};

export const whoami: Command = {
  usage: 'whoami',
  summary: 'who types here',
  completes: 'nothing',
  run(run) {
    run.line('root');
    return 0;
  },
};

export const dmesg: Command = {
  usage: 'dmesg [-t] [-w]',
  summary: 'the kernel log',
  details:
    'AutoNUMA prints while /sys/kernel/mm/autonuma/debug is 1. -t leaves out the times, -w follows the log until Ctrl-C.',
  completes: 'nothing',
  run(run) {
    const { flags, problem } = parseOptions(run.args, 'twHTkxS', ['notime:t', 'follow:w', 'human:H']);
    if (problem) return badOption(run, problem);
    if (flags.has('w') && run.toTerminal && run.host.run === undefined) {
      run.action = { do: 'watch', line: 'dmesg | tail -n 24', seconds: 1 };
      return 0;
    }
    const lines = [
      ...bootLines(run.k).map((text) => ({ ns: 0, text })),
      ...run.k.output.log.map(({ ns, text }) => ({ ns, text })),
    ];
    for (const { ns, text } of lines) run.line(flags.has('t') ? text : writeLogLine(ns, text));
    return 0;
  },
};

/** What was said at boot. */
function bootLines(k: Kernel): string[] {
  const { frames } = k.memory;
  const number = (n: number): number => k.machine.nodes[n].osId;
  const nodes = nodesByNumber(k).map((n) => {
    const first = frames.nodeFirstBlock[n] * 512 * PAGE_BYTES;
    return {
      id: number(n),
      memory: hasMemory(k)(n)
        ? ([first, first + frames.nodeFrames[n] * PAGE_BYTES - 1] as [number, number])
        : null,
      cpus: cpuNumbers(k, n),
      fallback: k.memory.zonelists[n].map(number),
    };
  });
  return [
    `Linux version ${release(k)} (AutoNUMA Lab, simulated) #1 SMP`,
    `Command line: ${bootCommandLine(k)}`,
    ...bootLog(nodes),
  ];
}
