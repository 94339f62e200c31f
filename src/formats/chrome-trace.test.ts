import { gunzipSync, strFromU8 } from 'fflate';
import { beforeAll, describe, expect, it } from 'vitest';
import { stateHash } from '../kernel/kernel.ts';
import type { Kernel } from '../kernel/kernel-state.ts';
import { DatedRun } from '../scenarios/dated-run.ts';
import { RunRecorder, type Recording } from '../scenarios/run-recorder.ts';
import { chromeTrace, type TraceEvent } from './chrome-trace.ts';
import { traceProblems } from './chrome-trace-check.ts';

const EXPERIMENT = {
  machine: 'westmere-2n',
  workload: 'crossed',
  variant: 'default',
  parameters: {},
  policy: 'autonuma',
  autonumaVersion: 'alpha6',
  noautonuma: false,
  thp: 'off',
  seed: 1,
  knobs: {},
  edits: [{ tick: 300, path: 'autonuma/knuma_scand/scan_sleep_pass_millisecs', value: '100' }],
};
const TICKS = 3000;

let k: Kernel;
let recording: Recording;
let running: Int32Array[];
let file: { traceEvents: TraceEvent[]; otherData: Record<string, string>; displayTimeUnit: string };

beforeAll(() => {
  const run = new DatedRun(EXPERIMENT);
  ({ k } = run);
  const recorder = new RunRecorder(k);
  running = [];
  while (k.ticks < TICKS) {
    run.advance(1);
    recorder.afterTick();
    running.push(Int32Array.from(k.sched.queues, (rq) => rq.current));
  }
  recording = recorder.finish();
  file = JSON.parse(strFromU8(chromeTrace(k, recording, { experiment: 'crossed' }, false)));
});

describe('a Chrome trace', () => {
  it('keeps to the trace event format', () => {
    expect(traceProblems(file)).toEqual([]);
    expect(file.displayTimeUnit).toBe('ms');
  });

  it('says for every CPU and tick which task ran', () => {
    const slices = file.traceEvents.filter(({ ph, cat }) => ph === 'X' && cat === 'sched');
    expect(slices.length).toBeGreaterThan(24);
    const pids = Array.from({ length: TICKS }, () => new Map<number, unknown>());
    for (const { ts, dur, tid, args } of slices) {
      for (let tick = ts / 1000; tick < (ts + dur!) / 1000; tick++) {
        expect(pids[tick].has(tid)).toBe(false);
        pids[tick].set(tid, args!['pid']);
      }
    }
    for (let tick = 0; tick < TICKS; tick++) {
      running[tick].forEach((task, cpu) => {
        const tid = k.machine.cpus[cpu].osId + 1;
        expect(pids[tick].get(tid)).toBe(task < 0 ? undefined : k.tasks[task].pid);
      });
    }
  });

  it('names a track for every CPU and node', () => {
    const titles = file.traceEvents.filter(({ ph }) => ph === 'M').map(({ args }) => args!['name']);
    for (const cpu of k.machine.cpus) expect(titles).toContain(`CPU ${cpu.osId} (node ${cpu.node})`);
    expect(titles).toEqual(
      expect.arrayContaining(['node 0', 'node 1', 'pages from node 0', 'pages to node 1']),
    );
  });

  it('counts what the kernel counts', () => {
    const flows = file.traceEvents.filter(
      ({ ph, cat, pid, tid }) => ph === 'X' && cat === 'migration' && tid <= 2 && pid >= 10,
    );
    const pages = flows.reduce((sum, { args }) => sum + Number(args!['pages']), 0);
    expect(k.counters.pgmigrate_success).toBeGreaterThan(0);
    expect(pages).toBe(k.counters.pgmigrate_success);
    const starts = file.traceEvents.filter(({ ph }) => ph === 's').length;
    expect(starts).toBe(flows.length);
    const last = file.traceEvents
      .filter(({ ph, name, pid }) => ph === 'C' && name === 'free (MB)' && pid === 10)
      .at(-1)!;
    expect(last.ts).toBe(TICKS * 1000);
    expect(last.args!['MB']).toBeCloseTo(recording.samples.at(-1)!.freeMb[0], 1);
  });

  it('says what ran and that nothing was dropped', () => {
    expect(file.otherData).toMatchObject({
      experiment: 'crossed',
      to_s: '3',
      dropped_cpu_slices: '0',
      dropped_kernel_events: '0',
    });
  });

  it('is the same gzipped', () => {
    const packed = chromeTrace(k, recording, { experiment: 'crossed' }, true);
    expect(JSON.parse(strFromU8(gunzipSync(packed)))).toEqual(file);
  });

  it('does not change what it watches', () => {
    const alone = new DatedRun(EXPERIMENT);
    while (alone.k.ticks < TICKS) alone.advance(TICKS - alone.k.ticks);
    expect(stateHash(alone.k)).toBe(stateHash(k));
  });
});

describe('the check itself', () => {
  it.each<[string, Partial<TraceEvent>]>([
    ['a slice without a duration', { ph: 'X', dur: undefined }],
    ['a slice that overlaps another', { ph: 'X', pid: 1, tid: 1, ts: 0, dur: 1e9 }],
    ['a counter without figures', { ph: 'C', args: undefined }],
    ['an arrow without an end', { ph: 's', id: 1e6 }],
    ['a time that is none', { ph: 'i', s: 't', ts: NaN }],
  ])('finds %s', (_, event) => {
    const bad = { name: 'x', pid: 1, tid: 1, ts: 5, cat: 'test', ...event } as TraceEvent;
    expect(traceProblems({ traceEvents: [...file.traceEvents, bad] })).not.toEqual([]);
  });
});
