/** The whole tree: /dev, /proc, /root and /sys. */
import type { ShellHost } from '../host.ts';
import { type Directory, directory, type TextFile } from './node.ts';
import { procDirectory } from './proc.ts';
import { sysKernelMm } from './sys-kernel-mm.ts';
import { sysCpus, sysNodes } from './sys-devices.ts';

const DEV_NULL: TextFile = {
  is: 'file',
  mode: 'rw-rw-rw-',
  size: 0,
  read: () => '',
  write: () => ({ ok: true }),
};

/** Build the tree of a kernel as it is now; directories of processes come and go with them. */
export function rootDirectory(host: ShellHost): Directory {
  const { k } = host;
  return directory({
    dev: directory({ null: DEV_NULL }),
    proc: procDirectory(k),
    root: directory({}),
    sys: directory({
      devices: directory({
        system: directory({ cpu: sysCpus(k), node: sysNodes(k) }),
      }),
      kernel: directory({ mm: sysKernelMm(host) }),
    }),
  });
}
