/** A small assembler for thread codes: what libc does between a program's source and its system calls. */
import type {
  Access,
  Mempolicy,
  Op,
  ProgramImage,
  ProgramSet,
  Region,
  ThreadCode,
} from '../kernel/program/program.ts';

/** malloc of a large block: mmap plus its own 16-byte header. */
export const MALLOC_MISALIGNMENT = 16;

/** A process's main stack as the kernel maps it at first. */
const STACK_BYTES = 132 * 1024;
const STACK_TOUCHED = 8192;

/** Ops of one thread under construction. */
export class CodeBuilder {
  readonly ops: Op[] = [];
  private counters = 0;

  add(...ops: Op[]): this {
    this.ops.push(...ops);
    return this;
  }

  /** Run what `body` adds `times` times; nothing at all for 0. */
  repeat(times: number, body: () => void): this {
    if (times <= 0) return this;
    const to = this.ops.length;
    body();
    if (times === 1 || this.ops.length === to) return this;
    const only = this.ops[to];
    if (this.ops.length === to + 1 && only.op === 'access' && isWholeSweeps(only)) {
      // Sweep after sweep of one range is one long access that goes round: nothing happens in between.
      this.ops[to] = { ...only, bytes: only.bytes * times };
    } else {
      this.ops.push({ op: 'loop', counter: this.counters++, to, times });
    }
    return this;
  }

  /** bzero(region + from, to - from). */
  bzero(region: number, from: number, to: number): this {
    return this.add({ op: 'access', accesses: [sequentialWrite(region, from, to)], bytes: to - from });
  }

  /** set_mempolicy(policy), then what `body` adds, then set_mempolicy(MPOL_DEFAULT). */
  underMempolicy(policy: Mempolicy, body: () => void): this {
    this.add({ op: 'set_mempolicy', policy });
    body();
    return this.add({ op: 'set_mempolicy', policy: null });
  }

  /** The finished code. */
  build(name: string): ThreadCode {
    return { name, ops: this.ops, counters: this.counters };
  }
}

/** Does it end where it began, in front of its only range? */
function isWholeSweeps({ accesses, bytes }: Extract<Op, { op: 'access' }>): boolean {
  return (
    accesses.length === 1 &&
    accesses[0].pattern === 'sequential' &&
    bytes > 0 &&
    bytes % (accesses[0].to - accesses[0].from) === 0
  );
}

/** A plain ascending store over [from, to). */
export function sequentialWrite(region: number, from: number, to: number): Access {
  return {
    region,
    from,
    to,
    pattern: 'sequential',
    write: true,
    weight: 1,
    strideBytes: 0,
    touchBytes: 0,
    thinkNs: 0,
  };
}

/** One malloc of a large block. */
export function mallocRegion(name: string, bytes: number): Region {
  return { name, bytes, backing: 'anonymous', key: '', misalignment: MALLOC_MISALIGNMENT };
}

/**
 * The main stack. Every process has one above everything else, and it matters: alpha6's scanner takes the last VMA
 * of an mm for done once it has entered it (autonuma.md 3.3), which only a short last VMA makes harmless.
 */
export const STACK_REGION: Region = {
  name: '[stack]',
  bytes: STACK_BYTES,
  backing: 'anonymous',
  key: '',
  misalignment: 0,
};

/** Map the stack after everything else, and use a little of it. */
export function mapStack(code: CodeBuilder, region: number): void {
  code.add({ op: 'mmap', region, policy: null }).bzero(region, STACK_BYTES - STACK_TOUCHED, STACK_BYTES);
}

/** Bytes that all processes of a program will move, by region name. */
export function bytesByRegion(programs: ProgramSet): Map<string, number> {
  const total = new Map<string, number>();
  for (const start of programs.start) addThread(programs, programs.images[start.image], 0, 1, total);
  return total;
}

/** Bytes that all processes of a program will move. */
export function totalBytes(programs: ProgramSet): number {
  let sum = 0;
  for (const bytes of bytesByRegion(programs).values()) sum += bytes;
  return sum;
}

function addThread(
  programs: ProgramSet,
  image: ProgramImage,
  thread: number,
  times: number,
  total: Map<string, number>,
): void {
  const { ops } = image.threads[thread];
  const runs = timesEachOpRuns(ops);
  for (let i = 0; i < ops.length; i++) {
    const op = ops[i];
    const n = times * runs[i];
    if (op.op === 'access') addAccess(image, op.accesses, op.bytes * n, total);
    else if (op.op === 'clone' || op.op === 'fork') addThread(programs, image, op.thread, n, total);
    else if (op.op === 'exec') return addThread(programs, programs.images[op.image], 0, n, total);
    else if (op.op === 'exit') return;
  }
}

function addAccess(
  image: ProgramImage,
  accesses: readonly Access[],
  bytes: number,
  total: Map<string, number>,
): void {
  const weights = accesses.reduce((sum, access) => sum + access.weight, 0);
  for (const access of accesses) {
    const { name } = image.regions[access.region];
    total.set(name, (total.get(name) ?? 0) + (bytes * access.weight) / weights);
  }
}

/** How often each op runs: the product of the loops around it. */
function timesEachOpRuns(ops: readonly Op[]): number[] {
  const runs = new Array<number>(ops.length).fill(1);
  ops.forEach((op, at) => {
    if (op.op !== 'loop') return;
    for (let i = op.to; i < at; i++) runs[i] *= op.times;
  });
  return runs;
}
