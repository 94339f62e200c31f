/** Boot a resolved experiment: the kernel before its first tick, its knobs written. */
import { bootKernel } from '../kernel/kernel.ts';
import type { BootOptions, Kernel } from '../kernel/kernel-state.ts';
import { sysfsKnobs, writeSysfs } from '../kernel/sysfs/sysfs.ts';
import { suggestion } from '../workloads/error.ts';
import { ExperimentError } from './experiment.ts';

const SYSFS_ROOT = '/sys/kernel/mm/';

/**
 * The full path of a knob below /sys/kernel/mm. People may write the whole path, or leave out `autonuma/`, which most
 * knobs are under.
 */
export function knobPath(path: string, version = 'alpha6'): string {
  const below = path.startsWith(SYSFS_ROOT) ? path.slice(SYSFS_ROOT.length) : path.replace(/^\/+/, '');
  const known = sysfsKnobs(version).map((knob) => knob.path);
  return !known.includes(below) && known.includes(`autonuma/${below}`) ? `autonuma/${below}` : below;
}

/**
 * Boot, then write the knobs in the order given, as `echo value > path` would.
 * @throws ExperimentError with the kernel's own error and the path
 */
export function bootWithKnobs(options: BootOptions, knobs: Record<string, string>): Kernel {
  const kernel = bootKernel(options);
  for (const [path, value] of Object.entries(knobs)) {
    const full = knobPath(path, options.autonumaVersion);
    const written = writeSysfs(kernel, full, value);
    if (written.ok) continue;
    const known = sysfsKnobs(options.autonumaVersion).map((knob) => knob.path);
    const short = known.map((name) => name.replace(/^autonuma\//, ''));
    const hint = known.includes(full) ? '' : suggestion(path, path.startsWith('autonuma/') ? known : short);
    throw new ExperimentError('knobs', `${path}=${value}: ${written.error}${hint}`);
  }
  return kernel;
}
