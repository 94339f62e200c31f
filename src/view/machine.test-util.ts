/** Machines for the tests of the view. */
import type { MachineInfo } from '../protocol/summary.ts';

/** `cpus` and `frames` may be given per node. */
export function testMachine(nodes: number, cpus: number | number[], frames: number | number[]): MachineInfo {
  const machine: MachineInfo = {
    name: 'test',
    nodes: [],
    cpus: [],
    distances: [],
    controllerGbps: [],
    provenance: '',
  };
  for (let node = 0; node < nodes; node++) {
    const count = Array.isArray(cpus) ? cpus[node] : cpus;
    const own = Array.isArray(frames) ? frames[node] : frames;
    const ids: number[] = [];
    for (let i = 0; i < count; i++) {
      const id = machine.cpus.length;
      machine.cpus.push({ osId: id, node, core: i >> 1, socket: node, siblings: [] });
      ids.push(id);
    }
    machine.nodes.push({ osId: node, memoryMb: own / 256, frames: own, cpus: ids });
  }
  return machine;
}
