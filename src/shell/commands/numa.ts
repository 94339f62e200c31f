/** numactl and numastat. */
import { writeNumactlHardware, writeNumactlShow } from '../../formats/numactl-writer.ts';
import { type NumaMapsLine, parseNumaMaps } from '../../formats/numa-maps.ts';
import {
  type NumastatProcess,
  writeNumastat,
  writeNumastatMegabytes,
  writeNumastatProcesses,
} from '../../formats/numastat.ts';
import { freePages } from '../../kernel/mm/frames.ts';
import { PAGES_PER_MIB } from '../../kernel/units.ts';
import { type Command, type Invocation, linesOf } from '../command.ts';
import {
  commOf,
  cpuNumbers,
  groupOf,
  hasCpus,
  hasMemory,
  megabytes,
  nodeList,
  nodeNumbers,
  nodesByNumber,
  numastatOf,
  threadGroups,
} from '../facts.ts';
import { parseOptions } from '../options.ts';
import { nodeMeminfo } from '../tree/sys-devices.ts';
import { badOption } from './text.ts';

export const numactl: Command = {
  usage: 'numactl --hardware | --show',
  summary: 'the nodes of the machine; the policy of this shell',
  details:
    'numactl --hardware\n    Nodes with their CPUs, memory and distances. The page understands this text again (key I).\n' +
    'numactl --show\n    Policy and binding of this shell.',
  completes: 'nothing',
  run(run) {
    const { k } = run;
    const { flags, rest, problem } = parseOptions(run.args, 'HshV', ['hardware:H', 'show:s', 'help:h']);
    if (problem) return badOption(run, problem);
    if (rest.length > 0) return run.fail(`numactl: ${rest[0]}: this shell starts no programs`);
    if (flags.has('H')) {
      const order = nodesByNumber(k);
      const nodes = order.map((n) => ({
        id: k.machine.nodes[n].osId,
        cpus: cpuNumbers(k, n),
        sizeMb: megabytes(k.memory.frames.nodeFrames[n]),
        freeMb: megabytes(freePages(k.memory.frames, n)),
      }));
      const distances = order.map((a) => order.map((b) => k.machine.distances[a][b]));
      run.out(writeNumactlHardware(nodes, nodeList(k), distances));
    } else if (flags.has('s')) {
      run.out(writeNumactlShow(cpuNumbers(k), nodeNumbers(k, hasCpus(k)), nodeNumbers(k, hasMemory(k))));
    } else return run.fail(`usage: ${numactl.usage}`);
    return 0;
  },
};

export const numastat: Command = {
  usage: 'numastat [-m] [-n] [-p PID|PATTERN] [PID|PATTERN]...',
  summary: 'allocations of each node; memory of a process on each node',
  details:
    'numastat\n    Pages allocated on each node: wanted there (hit), wanted elsewhere (miss, foreign), by a local or another CPU.\n' +
    'numastat -p PID\n    Memory of a process on each node in MB, from its numa_maps.\n' +
    'numastat -m\n    Memory of each node by what it holds.',
  completes: 'pids',
  run(run) {
    const { flags, values, rest, problem } = parseOptions(run.args, 'cmnp:svVz');
    if (problem) return badOption(run, problem);
    const { k } = run;
    const order = nodesByNumber(k);
    const nodes = order.map((n) => k.machine.nodes[n].osId);
    const { columns } = run.session;
    const width = run.toTerminal ? columns : 1e7;
    const wanted = [...(values.has('p') ? [values.get('p')!] : []), ...rest];
    if (wanted.length === 0 && flags.size === 0) {
      run.out(writeNumastat(nodes, numastatRows(run), width));
      return 0;
    }
    let status = 0;
    if (wanted.length > 0) {
      const found = wanted.flatMap((text) => processesFor(run, text, nodes)).sort((a, b) => a.pid - b.pid);
      const processes = found.filter(({ pid }, i) => i === 0 || pid !== found[i - 1].pid);
      if (processes.length > 0) run.out(writeNumastatProcesses(nodes, processes, width));
      else status = 1;
    }
    if (flags.has('m')) {
      const of = order.map((n) => nodeMeminfo(k, n));
      const rows = of[0].map(([label], i) => ({ label, values: of.map((fields) => fields[i][1] / 1024) }));
      run.out(writeNumastatMegabytes('Per-node system memory usage (in MBs):', nodes, rows, width));
    }
    if (flags.has('n') || (wanted.length === 0 && !flags.has('m'))) {
      const rows = numastatRows(run).map(({ label, values: pages }) => ({
        label: label.replace(/(^|_)[a-z]/g, (letters) => letters.toUpperCase()),
        values: pages.map((value) => value / PAGES_PER_MIB),
      }));
      run.out(writeNumastatMegabytes('Per-node numastat info (in MBs):', nodes, rows, width));
    }
    return status;
  },
};

function numastatRows({ k }: Invocation): { label: string; values: number[] }[] {
  const all = nodesByNumber(k).map((n) => numastatOf(k, n));
  return all[0].map(([label], i) => ({ label, values: all.map((items) => items[i][1]) }));
}

/** A pid, or every process with a text in its name. */
function processesFor(run: Invocation, text: string, nodes: number[]): NumastatProcess[] {
  const { k } = run;
  const isPid = /^\d+$/.test(text);
  const group = isPid ? groupOf(k, Number(text)) : undefined;
  const groups = isPid ? (group ? [group] : []) : threadGroups(k).filter(({ name }) => name.includes(text));
  if (groups.length === 0) {
    if (isPid) run.fail(`Can't read /proc/${text}/numa_maps: No such file or directory`);
    else run.line(`Found no processes containing pattern: "${text}"`);
  }
  return groups.map((found) => {
    const read = run.read(`/proc/${found.pid}/numa_maps`);
    const lines = read.ok ? parseNumaMaps(linesOf(read.text).join('\n')) : [];
    const of = (when: (line: NumaMapsLine) => boolean): number[] => sumPages(lines.filter(when), nodes);
    return {
      pid: found.pid,
      name: commOf(found),
      huge: of((line) => line.huge === true),
      heap: of((line) => line.heap === true),
      stack: of((line) => line.stack === true),
      private: of((line) => !line.huge && !line.heap && !line.stack),
    };
  });
}

/** MiB of the lines on each node. */
function sumPages(lines: readonly NumaMapsLine[], nodes: number[]): number[] {
  return nodes.map((id) => {
    let kb = 0;
    for (const line of lines) {
      for (const { node, pages } of line.nodes) if (node === id) kb += pages * (line.kernelPageKb ?? 4);
    }
    return kb / 1024;
  });
}
