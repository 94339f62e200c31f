/** What the rest of the kernel uses of the scheduler. */
export { createSched } from './domains.ts';
export { chargeRuntime } from './fair.ts';
export { moveTask } from './move-task.ts';
export { execBalance, setAffinity, wakeUp, wakeUpNewTask } from './placement.ts';
export {
  averageIdleNs,
  currentOn,
  deactivate,
  idleForNs,
  isAllowed,
  isIdle,
  loadOf,
  needsSchedule,
  nodeOf,
  requestSchedule,
  runnableOn,
} from './run-queue.ts';
export { schedule, schedulerTick } from './schedule.ts';
export { disturbMm, endSteady, settleAll } from './steady.ts';
export { sleepOn, sleepUntil } from './sleep.ts';
export { createSchedEntity } from './state.ts';
export { niceWeight } from './tunables.ts';
