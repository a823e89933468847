// Pairs for a walk: registers and a copy of the stack, with the mappings of that moment, from a perf.data file.
import type { PerfData, PerfSample } from '../lib/perf-data.ts';
import type { RecordedSpace } from '../lib/recorded-processes.ts';
import { findMapping, RecordedProcesses } from '../lib/recorded-processes.ts';

export interface Pair {
  /** Name of the process. */
  comm: string;
  space: RecordedSpace;
  /** By DWARF number: 0 to 15, and the instruction pointer at 16. */
  registers: BigUint64Array;
  stackAt: bigint;
  stack: Uint8Array;
  /** Whether the copy ends before the stack does. */
  stackCut: boolean;
  /** Whether the program was within the kernel. */
  inKernel: boolean;
}

/** PERF_REG_X86_* of DWARF registers 0 to 16 (System V ABI, AMD64, figure 3.36): rax, rdx, rcx, rbx, rsi, rdi, rbp, rsp, r8…r15, rip. */
const PERF_REGISTERS = [0, 3, 2, 1, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23, 8];
const STACK_POINTER = 7;
const INSTRUCTION_POINTER = 16;

export interface LeftOut {
  /** The task had no user registers, or nothing could be copied of its stack: it was a kernel thread, or ending. */
  withoutStack: number;
  /** The program counter lies in no mapping: within exec, before the first mapping is made. */
  outsideOfMappings: number;
}

/** In time order; samples without a user stack are counted in `leftOut`. */
export function* pairsOf(data: PerfData, leftOut: LeftOut): Generator<Pair> {
  const processes = new RecordedProcesses();
  for (const record of data.records()) {
    if (record.type === 'sideband') {
      processes.apply(record.event);
      continue;
    }
    const registers = registersOf(record.sample);
    const space = processes.spaceOf(record.sample.pid);
    if (registers === null || record.sample.stack.length === 0) leftOut.withoutStack++;
    else if (!findMapping(space, registers[INSTRUCTION_POINTER]!)) leftOut.outsideOfMappings++;
    else {
      const { stack, stackCut, pid, inKernel } = record.sample;
      const stackAt = registers[STACK_POINTER]!;
      yield { comm: processes.nameOf(pid), space, registers, stackAt, stack, stackCut, inKernel };
    }
  }
}

function registersOf({ registers }: PerfSample): BigUint64Array | null {
  if (registers === null) return null;
  return BigUint64Array.from(PERF_REGISTERS, (bit) => registers.get(bit) ?? 0n);
}
