/** Where knuma_scand stands, in terms a person asks for. */
import type { Kernel } from '../kernel/kernel-state.ts';
import { NS_PER_MS } from '../kernel/units.ts';

export interface ScannerView {
  present: boolean;
  /** In words: 'absent', 'disabled', 'scanning', 'between chunks', 'asleep'. */
  state: 'absent' | 'disabled' | 'scanning' | 'between chunks' | 'asleep';
  fullScans: number;
  /** 0..1 through the pass, by pages. */
  progress: number;
  /** Milliseconds until it goes on; 0 while it works. */
  wakesInMs: number;
  /** Milliseconds until the next pass begins (asleep) or until the queues are flushed (first half of the sleep), -1 unknown. */
  passInMs: number;
  flushInMs: number;
}

/** State of the scanner now. */
export function scannerView(k: Kernel): ScannerView {
  const { scanner, knobs, possible } = k.autonuma;
  const view: ScannerView = {
    present: possible,
    state: 'absent',
    fullScans: scanner.fullScans,
    progress: 0,
    wakesInMs: 0,
    passInMs: -1,
    flushInMs: -1,
  };
  if (!possible) return view;
  const task = k.tasks[scanner.task];
  const wakesInMs =
    task && Number.isFinite(task.wakeAtNs) ? Math.max(0, (task.wakeAtNs - k.nowNs) / NS_PER_MS) : 0;
  switch (scanner.phase) {
    case 'off':
      view.state = knobs.enabled ? 'asleep' : 'disabled';
      break;
    case 'scan':
      view.state = 'scanning';
      break;
    case 'chunk_sleep':
      view.state = 'between chunks';
      view.wakesInMs = wakesInMs;
      break;
    case 'gap1':
      view.state = 'asleep';
      view.wakesInMs = wakesInMs;
      view.flushInMs = wakesInMs;
      view.passInMs = wakesInMs + knobs.scan_sleep_pass_millisecs;
      break;
    case 'gap2':
      view.state = 'asleep';
      view.wakesInMs = wakesInMs;
      view.passInMs = wakesInMs;
      break;
  }
  if (view.state === 'scanning' || view.state === 'between chunks') view.progress = passProgress(k);
  return view;
}

function passProgress(k: Kernel): number {
  let present = 0;
  for (const id of k.autonuma.scanner.mmList) present += k.mms[id].presentPages;
  return present > 0 ? Math.min(1, k.autonuma.scanner.passProgress / present) : 0;
}
