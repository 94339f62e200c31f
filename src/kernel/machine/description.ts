/** A machine as a person writes it, and what to say when it makes no sense. */

/** The fields of a machine file (docs/machine-file.md), under the same names. All rates are GB/s = bytes/ns. */
export interface MachineDescription {
  name: string;
  nodes: {
    /** Operating system numbers of its CPUs; empty for a memory-only node. */
    cpus: number[];
    /** MiB; 0 for a CPU-only node. */
    memory_mb: number;
    /** MiB the kernel keeps from boot on; without it one 64th of the memory (one struct page a page), assumed. */
    reserved_mb?: number;
    /** Operating system number of the node; without it its place in the list. */
    id?: number;
  }[];
  /** Hardware threads that share a core, by CPU number; a CPU that is not listed has its core for itself. */
  smt_siblings?: number[][];
  /** SLIT: distances[a][b], 10..255, in the order of `nodes`. */
  distances: number[][];
  /** Totals measured with all CPUs writing: memory bound to the own node, to the other, all on one node. */
  measured_gbps?: { hard: number; inverse: number; one_node: number };
  /** One core alone: to its own node, to another one. */
  lone_gbps?: { local: number; remote: number };
  /**
   * The parameters themselves (see Bandwidth in machine.ts); they win over the measured figures. A link of null has no
   * limit.
   */
  bandwidth_gbps?: {
    controller: number[];
    link: number[][];
    socket_local: number;
    socket_remote: number;
    lone_local: number;
    lone_remote: number;
  };
  /** Idle latency [node of the CPU][node of the memory]. */
  latency_ns?: number[][];
}

/** A machine description that cannot be built; the message names the field, what was expected and what was found. */
export class MachineError extends Error {
  /** Path of the field, for example `nodes[1].memory_mb`. */
  readonly field: string;

  constructor(field: string, problem: string) {
    super(`${field}: ${problem}`);
    this.name = 'MachineError';
    this.field = field;
  }
}

/** How a wrong value is quoted in a message. */
function quote(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (typeof value === 'string') return JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value);
  if (Array.isArray(value)) return `a list of ${value.length}`;
  return typeof value === 'object' && value !== null ? 'an object' : String(value);
}

/** An integer from least to most, or MachineError. */
export function integerField(value: unknown, field: string, least: number, most: number): number {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < least || value > most) {
    throw new MachineError(field, `expected an integer from ${least} to ${most}, got ${quote(value)}`);
  }
  return value;
}

/** A finite number above 0, or MachineError. */
export function positiveField(value: unknown, field: string, what: string): number {
  if (typeof value !== 'number' || !(value > 0 && value < Infinity)) {
    throw new MachineError(field, `expected ${what} above 0, got ${quote(value)}`);
  }
  return value;
}

/** A list, of a given length if one is given, or MachineError. */
export function listField(value: unknown, field: string, what: string, length?: number): unknown[] {
  if (!Array.isArray(value) || (length !== undefined && value.length !== length)) {
    throw new MachineError(field, `expected ${what}, got ${quote(value)}`);
  }
  return value as unknown[];
}

/** An object, or MachineError. */
export function objectField(value: unknown, field: string, what: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new MachineError(field, `expected ${what}, got ${quote(value)}`);
  }
  return value as Record<string, unknown>;
}
