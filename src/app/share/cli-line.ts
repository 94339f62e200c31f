/** The command line that repeats a run: the same experiment, edits included, to the same tick, to the same state hash. */
import { DEFAULT_EXPERIMENT, type Experiment } from '../../protocol/experiment.ts';

/** For a POSIX shell; words that need no quotes get none. */
export function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

/**
 * The line.
 * @param tick where to stop; 0 runs to the end of the programs
 * @param file name of the experiment file, for machines and workloads that have no name of their own
 */
export function cliLine(experiment: Experiment, tick: number, file: string): string {
  const { machine, workload } = experiment;
  const words =
    typeof machine === 'string' && typeof workload === 'string'
      ? options(experiment, machine, workload)
      : ['--experiment', file];
  if (tick > 0) words.push('--limit-s', String(tick / 1000));
  return ['npm', 'run', '-s', 'lab', '--', 'run', ...words].map(shellWord).join(' ');
}

function options(experiment: Experiment, machine: string, workload: string): string[] {
  const { variant, policy, autonumaVersion, noautonuma, thp, seed, parameters, knobs, edits } = experiment;
  const usual = DEFAULT_EXPERIMENT;
  const words = ['--machine', machine, '--workload', workload];
  if (variant !== usual.variant) words.push('--variant', variant);
  for (const [name, value] of Object.entries(parameters)) words.push('--param', `${name}=${value}`);
  words.push('--policy', policy);
  if (autonumaVersion !== usual.autonumaVersion) words.push('--version', autonumaVersion);
  if (noautonuma) words.push('--boot', 'noautonuma');
  if (thp !== usual.thp) words.push('--thp', thp);
  words.push('--seed', String(seed));
  for (const [path, value] of Object.entries(knobs)) words.push('--set', `${path}=${value}`);
  for (const { tick, path, value } of edits) words.push('--edit', `${tick},${path},${value}`);
  return words;
}
