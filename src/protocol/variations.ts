/** An experiment varied: the runs people set beside it, and one field of it set to a value. */
import type { Experiment } from './experiment.ts';

const AUTONUMA = 'autonuma/';

/** The same without AutoNUMA. Its knobs do not exist then, so writes to them are left out. */
export function balancingOff(experiment: Experiment): Experiment {
  const others = ([path]: [string, string]) => !path.startsWith(AUTONUMA);
  return {
    ...experiment,
    policy: 'off',
    knobs: Object.fromEntries(Object.entries(experiment.knobs).filter(others)),
    edits: experiment.edits.filter(({ path }) => !path.startsWith(AUTONUMA)),
  };
}

/** Memory and threads bound by hand, half to half, and nothing that balances: what numactl can do. */
export function hardBound(experiment: Experiment): Experiment {
  return { ...balancingOff(experiment), variant: 'hard_bind' };
}
