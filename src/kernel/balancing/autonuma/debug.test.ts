/** What `debug` prints to the kernel log: autonuma.md section 9. */
import { expect, it } from 'vitest';
import {
  anonymous,
  bootPhased,
  image,
  mmap,
  onCpus,
  onePass,
  phased,
  programs,
  run,
  set,
  setAlarm,
  step,
  sweep,
  twoNodes,
  userTasks,
} from '../../kernel.test-util.ts';
import type { Kernel } from '../../kernel.ts';

function eventful(debug: number): Kernel {
  const k = bootPhased(
    twoNodes(1),
    programs(
      image([anonymous(1)], phased([onCpus(0), mmap(0), sweep(0, 28)], [onCpus(1), sweep(0, 28, 0, false)])),
    ),
  );
  set(k, 'debug', debug);
  set(k, 'knuma_scand/scan_sleep_pass_millisecs', 10);
  onePass(k);
  step(k, userTasks(k)[0]);
  const scand = k.tasks[k.autonuma.scanner.task];
  setAlarm(k, scand, k.nowNs);
  run(k, 200);
  return k;
}

it('passes, wake-ups and batches, with their numbers', () => {
  const text = eventful(1).output.log.map((line) => line.text);
  expect(text).toEqual(
    expect.arrayContaining([
      'knuma_scand: scanned 29 pages',
      'wakeup knuma_migrated1',
      'knuma_migrated1: 28 pages queued on node 1',
      'knuma_migrated1: migrated 28 pages on node 1',
    ]),
  );
});

it('nothing without it', () => {
  expect(eventful(0).output.log).toEqual([]);
});
