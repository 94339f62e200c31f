/** A shell on a kernel that nobody else has: what is done to it acts at once and is not recorded. */
import type { Kernel } from '../kernel/kernel-state.ts';
import { readSysfs, writeSysfs } from '../kernel/sysfs/sysfs.ts';
import { isProcessPath } from '../protocol/experiment.ts';
import { editProcess } from '../scenarios/process-edits.ts';
import type { ShellHost } from './host.ts';

/** The host of such a shell; whoever makes it says how time passes. */
export function kernelHost(k: Kernel): ShellHost {
  return {
    k,
    standsStill: true,
    edit: (path, value) => {
      const done = isProcessPath(path) ? editProcess(k, path, value) : writeSysfs(k, path, value);
      return done.ok ? { ok: true, value: readSysfs(k, path) ?? value } : done;
    },
  };
}
