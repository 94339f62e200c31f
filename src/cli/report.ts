/** The result of a run for people. */
import type { Kernel } from '../kernel/kernel-state.ts';
import { perfBenchLine } from '../scenarios/perf-bench-report.ts';
import type { RunRequest } from './arguments.ts';
import type { RunResult } from './run.ts';
import { mib, table, thousands } from './table.ts';

/** More processes than this are summed up by name. */
const MOST_ROWS = 16;

/**
 * Heading, a table of processes, the figures, the series and the lines of perf bench if there are any.
 * @param convergence what perf bench -c prints
 */
export function reportText(
  result: RunResult,
  request: RunRequest,
  kernel: Kernel,
  convergence: readonly string[] = [],
): string {
  const balancing = request.noautonuma
    ? 'noautonuma'
    : result.policy === 'off'
      ? 'off'
      : `autonuma ${result.version}`;
  const lines = [
    `${result.workload} (${result.variant}) on ${result.machine}: balancing ${balancing}, thp ${request.thp}, seed ${result.seed}`,
    result.finished
      ? `finished after ${result.elapsed_s.toFixed(2)} s`
      : `stopped by --limit-s after ${result.elapsed_s.toFixed(2)} s, not finished`,
    '',
    processTable(result, kernel),
    '',
    figures(result),
  ];
  if (result.series !== undefined) lines.push('', seriesTable(result, kernel));
  if (result.perf_bench !== undefined) {
    if (convergence.length > 0) lines.push('', ...convergence);
    lines.push('', ...result.perf_bench.map(perfBenchLine));
  }
  return `${lines.join('\n')}\n`;
}

function nodeHeadings(kernel: Kernel): string[] {
  return kernel.machine.nodes.map((node) => `node${node.osId} MiB`);
}

function processTable(result: RunResult, kernel: Kernel): string {
  const { processes } = result;
  if (processes.length <= MOST_ROWS) {
    return table([
      ['process', 'pid', 'elapsed s', ...nodeHeadings(kernel)],
      ...processes.map((p) => [p.name, String(p.pid), p.elapsed_s.toFixed(2), ...p.pages_per_node.map(mib)]),
    ]);
  }
  const names = [...new Set(processes.map((p) => p.name))];
  return table([
    [
      'processes',
      'count',
      'mean elapsed s',
      ...kernel.machine.nodes.map((node) => `mean node${node.osId} MiB`),
    ],
    ...names.map((name) => {
      const all = processes.filter((p) => p.name === name);
      const mean = (value: (p: (typeof all)[number]) => number): number =>
        all.reduce((sum, p) => sum + value(p), 0) / all.length;
      return [
        name,
        String(all.length),
        mean((p) => p.elapsed_s).toFixed(2),
        ...kernel.machine.nodes.map((_, node) => mib(mean((p) => p.pages_per_node[node]))),
      ];
    }),
  ]);
}

function figures(result: RunResult): string {
  const { cpu_s: cpu } = result;
  return [
    `local accesses   ${(100 * result.local_access_share).toFixed(1)} % of all bytes`,
    `pages migrated   ${thousands(result.pages_migrated)} (${mib(result.pages_migrated)} MiB)`,
    `hinting faults   ${thousands(result.hinting_faults)}`,
    `task moves       ${thousands(result.task_moves)}`,
    `CPU seconds      user ${cpu.user.toFixed(2)}, system ${cpu.system.toFixed(2)}, knuma_scand ${cpu.knuma_scand.toFixed(2)}, ` +
      `knuma_migrated ${cpu.knuma_migrated.toFixed(2)}, khugepaged ${cpu.khugepaged.toFixed(2)}`,
    `ticks            ${thousands(result.ticks)}, state ${result.state_hash}, ${result.wall_s.toFixed(2)} s of wall clock`,
  ].join('\n');
}

function seriesTable(result: RunResult, kernel: Kernel): string {
  const totals = result.series!.map((row) => [
    row.t_s.toFixed(row.t_s % 1 === 0 ? 0 : 3),
    ...kernel.machine.nodes.map((_, node) =>
      mib(row.pages_per_node.reduce((sum, pages) => sum + pages[node], 0)),
    ),
    `${(100 * row.local_access_share).toFixed(1)} %`,
  ]);
  return table([['t s', ...nodeHeadings(kernel), 'local'], ...totals]);
}
