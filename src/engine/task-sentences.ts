/** Decisions about tasks and CPUs in sentences, each from one trace event and nothing else. */
import type { Kernel } from '../kernel/kernel-state.ts';
import * as output from '../kernel/output.ts';
import type { LedgerEvent } from './event-log.ts';
import { cpuPlace, parts, taskOf } from './ledger-words.ts';
import { capital, counted, cpuName, nodeName, processName } from './names.ts';

/** Does an event concern this task? */
export function concernsTask(w: Int32Array, at: number, task: number): boolean {
  switch (w[at]) {
    case output.TRACE_TASK_MOVED:
    case output.TRACE_TASK_PLACED:
    case output.TRACE_BALANCE:
    case output.TRACE_PULL_VETO:
      return w[at + 1] === task;
    default:
      return false;
  }
}

/** Does an event concern this CPU? */
export function concernsCpu(w: Int32Array, at: number, cpu: number): boolean {
  switch (w[at]) {
    case output.TRACE_TASK_MOVED:
    case output.TRACE_TASK_PLACED:
    case output.TRACE_PULL_VETO:
      return w[at + 2] === cpu || w[at + 3] === cpu;
    case output.TRACE_BALANCE:
      return w[at + 2] === cpu;
    default:
      return false;
  }
}

/** The sentence of a task's event. */
export function taskSentence(k: Kernel, event: LedgerEvent): string {
  switch (event.kind) {
    case output.TRACE_TASK_MOVED:
      return moved(k, event);
    case output.TRACE_TASK_PLACED:
      return placed(k, event);
    case output.TRACE_BALANCE:
      return balanced(k, event);
    case output.TRACE_PULL_VETO:
      return vetoed(k, event);
    case output.TRACE_PROCESS_BORN:
      return `${processName(k, event.args[0])} was born.`;
    case output.TRACE_PROCESS_EXITED:
      return `${processName(k, event.args[0])} exited.`;
    case output.TRACE_VMA_SKIPPED:
      return skipped(k, event);
    default:
      return `An event of kind ${event.kind}.`;
  }
}

function moved(k: Kernel, { args }: LedgerEvent): string {
  const [task, from, to, kind, gain, comparison, preferred] = args;
  const way = `${capital(taskOf(k, task))} went from ${cpuPlace(k, from)} to ${cpuPlace(k, to)}`;
  const prefers =
    preferred < 0 ? 'it had no preferred node' : `its preferred node was ${nodeName(k, preferred)}`;
  switch (kind) {
    case output.MOVED_BY_AUTONUMA:
      return `${way}: sent by sched_autonuma_balance, gain ${gain} by ${comparison === 1 ? 'thread' : 'process'} statistics.`;
    case output.MOVED_BY_PULL: {
      const pull = {
        [output.PULL_IDLE]: 'idle balancing',
        [output.PULL_NEWLY_IDLE]: 'newly idle balancing',
        [output.PULL_BUSY]: 'balancing of a busy CPU',
      }[comparison];
      return `${way}: pulled by load_balance (${pull ?? 'load balancing'}), load to move ${gain} (1024 is one task); ${allowed(k, to, preferred)}.`;
    }
    case output.MOVED_BY_ACTIVE:
      return `${way}: pushed by active_load_balance_cpu_stop after several attempts had failed; ${prefers}.`;
    case output.MOVED_BY_WAKE:
      return `${way} on waking (select_task_rq_fair, select_idle_sibling); ${prefers}.`;
    case output.MOVED_BY_FORK:
      return `${way} at fork or exec (find_idlest_group, find_idlest_cpu).`;
    case output.MOVED_BY_AFFINITY:
      return `${way}: its affinity mask no longer allows the old CPU (sched_setaffinity).`;
    default:
      return `${way}.`;
  }
}

function allowed(k: Kernel, to: number, preferred: number): string {
  if (k.policyName === 'off') return 'no policy objects';
  if (preferred < 0) return 'AutoNUMA did not object: the task had no preferred node';
  const there = k.machine.cpus[to]?.node === preferred;
  return there
    ? `AutoNUMA did not object: ${nodeName(k, preferred)} is its preferred node`
    : `AutoNUMA did not object though ${nodeName(k, preferred)} is its preferred node`;
}

function placed(k: Kernel, { args }: LedgerEvent): string {
  const [task, parent, cpu, parentLoad, load, exec] = args;
  const how = exec !== 0 ? 'At exec' : 'At its birth';
  const name = taskOf(k, task);
  if (cpu === parent)
    return `${how} ${name} stayed on ${cpuPlace(k, cpu)} (select_task_rq_fair): load ${load} there, no other CPU was idle enough.`;
  return (
    `${how} ${name} was put on ${cpuPlace(k, cpu)} (find_idlest_cpu): load ${load} there, ` +
    `${parentLoad} on ${cpuName(k, parent)}${exec !== 0 ? '' : ' of its parent'}.`
  );
}

function balanced(k: Kernel, { args }: LedgerEvent): string {
  const [task, cpu, result, other, e, f, g, h, looked, j] = args;
  const who = `sched_autonuma_balance looked at ${taskOf(k, task)} on ${cpuPlace(k, cpu)}`;
  const weights = `w_nid ${f}, w_other ${e}, w_cpu_nid ${g}, ${h === 1 ? 'thread' : 'process'} statistics`;
  const rival = j >= 0 ? ` against ${taskOf(k, j)}` : ', which is idle';
  switch (result) {
    case output.BALANCE_DISABLED:
      return `${who}: autonuma/enabled is 0, preferred node none.`;
    case output.BALANCE_NO_STATISTICS:
      return `${who}: no statistics yet (${counted(e, 'page')} of its process, ${counted(f, 'page')} of its own): it stays.`;
    case output.BALANCE_CONVERGED:
      return `${who}: its most is here already (task weight ${e}, mm weight ${f} of 1000): it stays.`;
    case output.BALANCE_NO_CANDIDATE: {
      if (looked === 0)
        return j > 0
          ? `${who}: its affinity mask allows no CPU of another node: it stays.`
          : `${who}: there is no CPU on another node: it stays.`;
      const why = parts([
        [e, e === looked ? 'idle, which are not considered' : 'idle (not considered)'],
        [f, 'running a kernel thread'],
        [g, 'running a task without statistics'],
        [h, 'ruled out by SMT or affinity'],
      ]);
      const outside = j > 0 ? `, ${j} more outside its affinity mask` : '';
      return `${who}: of ${counted(looked, 'CPU')} of other nodes none could be compared with (${why}${outside}): it stays.`;
    }
    case output.BALANCE_NO_GAIN: {
      const tie = f === e && f > g ? `tie at ${f}: ` : f === e && f === g ? `tie at ${f} everywhere: ` : '';
      return (
        `${who}: nothing to gain. The best of ${counted(looked, 'CPU')} was ${cpuPlace(k, other)}${rival}: ${tie}${weights}; ` +
        `${losing(e, f, g)}: it stays.`
      );
    }
    case output.BALANCE_MOVED:
      return (
        `${who} and sends it to ${cpuPlace(k, other)}${rival}: ${weights}; w_nid beats both, ` +
        `gain ${f - e + (f - g)}; best of ${counted(looked, 'CPU')}.`
      );
    default:
      return `${who}: result ${result}.`;
  }
}

/** Why w_nid does not suffice: it must be greater than both. */
function losing(there: number, mine: number, home: number): string {
  if (mine <= there && mine <= home) return `w_nid is greater than neither`;
  return mine <= there ? `w_nid is not greater than w_other` : `w_nid is not greater than w_cpu_nid`;
}

function vetoed(k: Kernel, { args }: LedgerEvent): string {
  const [task, from, to, why, preferred, strict, taker, takerIdle] = args;
  const what = `${cpuPlace(k, to)} wanted to pull ${taskOf(k, task)} from ${cpuPlace(k, from)}`;
  const prefers = `it prefers ${nodeName(k, preferred)}`;
  if (why === output.VETO_STRICT)
    return `${what}; sched_autonuma_can_migrate_task said no: ${prefers}, load_balance_strict is ${strict} and the CPU is not idle.`;
  return `${what}; sched_autonuma_can_migrate_task said no: ${prefers}, where ${cpuName(k, taker)} ${takerIdle !== 0 ? 'is idle' : 'runs a task that prefers another node'}.`;
}

function skipped(k: Kernel, { args }: LedgerEvent): string {
  const [mm, vma, why, pass] = args;
  const name = k.mms[mm]?.vmas[vma]?.name ?? `mapping ${vma}`;
  const reason =
    why === output.SKIPPED_POLICY
      ? 'it has a memory policy of its own (mbind), which binds its pages'
      : 'it has no anon_vma: no anonymous page was ever put there';
  return `knuma_scand, pass ${pass}, passed over the mapping ${name}: ${reason}.`;
}
