/** /proc/PID/task/TID/sched (proc_sched_show_task, kernel/sched/debug.c): statistics of a task, those of NUMA balancing at the end. */

export interface ProcSched {
  comm: string;
  pid: number;
  threads: number;
  /** Name and value of each line, a number or a duration. */
  fields: readonly (readonly [string, number | { ns: number }])[];
  currentNode: number;
  /** Pid of the NUMA group's leader, 0 none. */
  group: number;
  /** A line a node: hinting faults counted for the task and for its group. */
  faults: readonly {
    node: number;
    taskPrivate: number;
    taskShared: number;
    groupPrivate: number;
    groupShared: number;
  }[];
}

const RULE = '-'.repeat(67);

/** Write the file. */
export function writeProcSched(sched: ProcSched): string {
  const lines = [`${sched.comm} (${sched.pid}, #threads: ${sched.threads})`, RULE];
  for (const [name, value] of sched.fields) {
    const text = typeof value === 'number' ? String(value) : milliseconds(value.ns);
    lines.push(`${name.padEnd(45)}:${text.padStart(21)}`);
  }
  lines.push(`current_node=${sched.currentNode}, numa_group_id=${sched.group}`);
  for (const f of sched.faults) {
    lines.push(
      `numa_faults node=${f.node} task_private=${f.taskPrivate} task_shared=${f.taskShared} ` +
        `group_private=${f.groupPrivate} group_shared=${f.groupShared}`,
    );
  }
  return `${lines.join('\n')}\n`;
}

/** SPLIT_NS: milliseconds with six decimals. */
function milliseconds(ns: number): string {
  const whole = Math.trunc(ns / 1e6);
  return `${whole}.${String(Math.abs(Math.trunc(ns % 1e6))).padStart(6, '0')}`;
}
