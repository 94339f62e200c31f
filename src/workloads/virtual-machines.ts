/**
 * Virtual machines as the host sees them: a process each, a thread for each virtual CPU, all guest memory in one mapping. What the mails
 * worried about: the guest's scheduler moves its tasks among the virtual CPUs faster than the host learns (autonuma.md 11, REV-PZ0), and
 * every hinting fault has to leave the VM first.
 */
import { BOUND_BY_INSTANCE, checkProcessesFit, generatedWorkload, memoryEach } from './generated.ts';
import { nodesWithCpus } from './machine-facts.ts';

/** Guest memory of the guest's kernel and what its tasks share. */
const SHARED_SHARE = 0.1;
/** Share of the accesses that goes there. */
const SHARED_WEIGHT = 0.1;
/** Which slice each virtual CPU works on, from one decision of the guest's scheduler to the next. */
const SHIFTS = ['own', 'next', 'opposite'] as const;

export const virtualMachines = generatedWorkload({
  name: 'vm',
  title: 'Virtual machines whose guests move their tasks about',
  question:
    'The guest moves its tasks among the virtual CPUs every few seconds, and a hinting fault costs a VM exit. Is balancing still worth it?',
  expected:
    'Which virtual CPU uses what is old news by the time it is known; which VM uses what is not: each gathers on a node, and then shifts do no harm.',
  variants: ['default', 'hard_bind', 'inverse_bind'],
  parameters: [
    {
      name: 'vms',
      meaning: 'virtual machines',
      unit: 'processes',
      minimum: 1,
      maximum: 256,
      default: 'nodes with CPUs, at least 2',
    },
    {
      name: 'vcpus',
      meaning: 'virtual CPUs of each',
      unit: 'threads',
      minimum: 1,
      maximum: 1024,
      default: 'CPUs / vms',
    },
    {
      name: 'mib',
      meaning: 'memory of each',
      unit: 'MiB',
      minimum: 64,
      maximum: 1 << 22,
      default: '60 % of the memory / vms, at most 4096',
    },
    {
      name: 'shift',
      meaning: "time between two moves of the guest's tasks",
      unit: 's',
      minimum: 1,
      maximum: 100_000,
      default: '5',
    },
    {
      name: 'seconds',
      meaning: 'work, as seconds of streaming if every access were local',
      unit: 's',
      minimum: 1,
      maximum: 100_000,
      default: '90',
    },
    {
      name: 'exit_factor',
      meaning: "cost of a fault's trap, as a multiple of the ordinary one (assumed)",
      unit: 'times',
      minimum: 1,
      maximum: 100,
      default: '4',
    },
    {
      name: 'huge',
      meaning: '1 = madvise(MADV_HUGEPAGE) on guest memory, as QEMU does',
      unit: '',
      minimum: 0,
      maximum: 1,
      default: '1',
    },
  ],
  defaults: (machine, given) => {
    const vms = given.vms ?? Math.max(2, nodesWithCpus(machine).length);
    return {
      vms,
      vcpus: Math.max(1, Math.floor(machine.cpus.length / Math.max(1, vms))),
      mib: Math.max(64, memoryEach(machine, vms, 0.6, 4096)),
      shift: 5,
      seconds: 90,
      exit_factor: 4,
      huge: 1,
    };
  },
  file: (machine, { vms, vcpus, mib, shift, seconds, exit_factor: factor, huge }, variant) => {
    checkProcessesFit(machine, vms, mib, variant);
    const moves = Math.max(1, Math.round(seconds / shift));
    const thp = huge === 1 ? ('always' as const) : undefined;
    const phase = (slice: (typeof SHIFTS)[number], name: string) => ({
      name,
      accesses: [
        { region: 'tasks', slice, write: true, weight: 1 - SHARED_WEIGHT },
        {
          region: 'guest kernel',
          pattern: 'random' as const,
          touch_bytes: 256,
          think_ns: 50,
          weight: SHARED_WEIGHT,
        },
      ],
      seconds: seconds / moves,
    });
    return {
      name: 'vm',
      title: virtualMachines.title,
      processes: [
        {
          name: 'qemu',
          count: vms,
          threads: vcpus,
          fault_cost_factor: factor,
          regions: [
            { name: 'tasks', mib: mib * (1 - SHARED_SHARE), thp, first_touch: { by: 'own' } },
            { name: 'guest kernel', mib: mib * SHARED_SHARE, thp, first_touch: { by: 'main' } },
          ],
          phases: Array.from({ length: moves }, (_, i) => phase(SHIFTS[i % SHIFTS.length], `shift ${i}`)),
        },
      ],
      variants: BOUND_BY_INSTANCE('qemu'),
    };
  },
});
