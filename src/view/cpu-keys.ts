/** The CPUs of a node like a keyboard: who runs where, who waits, where each would rather be. */
import {
  CPU_PID,
  CPU_PREFERRED,
  CPU_PROCESS,
  CPU_RUNNABLE,
  CPU_THREAD,
  CPU_WORDS,
  KTHREAD_KHUGEPAGED,
  KTHREAD_KSWAPD,
  KTHREAD_MIGRATED,
  KTHREAD_SCAND,
} from '../protocol/frame.ts';
import { inkOn } from './colour.ts';
import { fitText } from './labels.ts';
import type { NodePanel } from './layout.ts';
import { nodeColour, processLetter, threadColour } from './palettes.ts';
import type { Scene, Tools } from './scene.ts';

/** Names of a kernel thread on a key, from long to short. */
export function kernelThreadNames(kind: number, node: number): string[] {
  switch (kind) {
    case KTHREAD_SCAND:
      return ['scand', 'scan', 'sc'];
    case KTHREAD_MIGRATED:
      return [`migrated${node}`, `migr${node}`, `m${node}`];
    case KTHREAD_KHUGEPAGED:
      return ['khugepaged', 'khuge', 'kh'];
    case KTHREAD_KSWAPD:
      return [`kswapd${node}`, `ksw${node}`, 'sw'];
    default:
      return ['kthread', 'kthr', 'k'];
  }
}

/** What is written on a key: process letter and thread number from 1, or a kernel thread's name. */
export function keyNames(pid: number, process: number, thread: number, node: number): string[] {
  if (pid < 0) return [];
  if (process < 0) return kernelThreadNames(thread, node);
  return [processLetter(process) + String(thread + 1), String(thread + 1)];
}

/** Draw the keys of one node. */
export function drawCpuKeys(panel: NodePanel, scene: Scene, tools: Tools): void {
  const { palette, figures, machine } = scene;
  const c = palette.colours;
  const { under } = tools;
  const labels = tools.text.area(`keys${panel.node}`, panel.keyStrip, true);
  if (panel.keys.length === 0) {
    labels.put('no CPUs', panel.keyStrip.x, panel.keyStrip.y, panel.keyStrip.width, 'small', c.secondary);
    return;
  }
  const selected = scene.selection;
  for (const key of panel.keys) {
    const at = key.cpu * CPU_WORDS;
    const pid = figures === null ? -1 : figures.cpus[at + CPU_PID];
    const process = figures === null ? -1 : figures.cpus[at + CPU_PROCESS];
    const thread = figures === null ? 0 : figures.cpus[at + CPU_THREAD];
    const radius = key.width >= 14 && key.height >= 12 ? 3 : key.width >= 8 ? 1 : 0;
    if (pid < 0) {
      if (key.width < 8) under.rect(key.x, key.y, key.width, key.height, c.track);
      else under.outline(key.x, key.y, key.width, key.height, radius, 1, c.line);
    } else {
      const ground = process < 0 ? c.secondary : threadColour(palette, process, thread);
      under.roundRect(key.x, key.y, key.width, key.height, radius, ground);
      const preferred = figures!.cpus[at + CPU_PREFERRED];
      if (process >= 0 && preferred >= 0 && key.width >= 8) {
        // A mark in the hue of the node it should be on; wide when it is not there.
        const away = preferred !== machine.cpus[key.cpu].node;
        const width = away ? key.width - 2 * radius : Math.min(8, key.width / 3);
        const height = key.height >= 16 ? 3 : 2;
        const left = key.x + (key.width - width) / 2;
        under.rect(left, key.y + key.height - height, width, height, nodeColour(palette, preferred));
      }
      const runnable = figures!.cpus[at + CPU_RUNNABLE];
      const crowded = runnable > 1 && key.width >= 22 && key.height >= 12;
      const tail = crowded ? 9 : 0;
      const names = keyNames(pid, process, thread, panel.node);
      const text = key.height >= 12 ? fitText(names, 'key', key.width - tail - 1) : '';
      const ink = inkOn(ground);
      const top = key.y + Math.round((key.height - 13) / 2);
      labels.put(text, key.x, top, key.width - tail, 'key', ink, { align: 'center' });
      if (crowded)
        labels.put(String(runnable), key.x + key.width - 10, key.y, 9, 'key', ink, { align: 'right' });
      else if (runnable > 1 && key.width >= 6) under.rect(key.x + key.width - 3, key.y, 3, 3, c.strong);
      const chosen = selected?.kind === 'thread' && selected.pid === pid;
      if (chosen)
        tools.over.outline(key.x - 2, key.y - 2, key.width + 4, key.height + 4, radius + 2, 2, c.strong);
    }
    if (scene.movedUntil[key.cpu] > scene.now)
      tools.over.dashed(key.x - 2, key.y - 2, key.width + 4, key.height + 4, 1, c.strong);
    if (selected?.kind === 'cpu' && selected.cpu === key.cpu)
      tools.over.outline(key.x - 2, key.y - 2, key.width + 4, key.height + 4, radius + 2, 2, c.accent);
  }
}
