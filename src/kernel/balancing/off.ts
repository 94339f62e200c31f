/** The stock kernel of 2012 (policies.md 1): nothing balances memory, and nothing but load moves tasks. */
import type { BalancingPolicy } from './policy.ts';

export const offPolicy: BalancingPolicy = {
  name: 'off',
  boot() {},
  onMmCreated() {},
  onMmExit() {},
  onFork() {},
  onExec() {},
  allocationNode(k, task) {
    return k.machine.cpus[task.cpu].node;
  },
  hintingFault() {
    return 0;
  },
  forgetSlot() {},
  forgetPage() {},
  isAffine() {
    return true;
  },
  canPull() {
    return true;
  },
  twoPassPull: false,
  onSchedule() {},
  onRebalance() {},
  runDaemon() {
    return 0;
  },
};
