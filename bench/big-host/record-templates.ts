// Records of the log that are written once per stack and then copied: making them must cost less than reading them.
import { logRecord } from '../../test/support/log-writer.ts';
import type { Program } from './programs.ts';

/** Frames of a kernel stack, which one stack in four has. */
const KERNEL_FRAMES = Array.from({ length: 12 }, (_, i) => 0xffff_ffff_8100_0000n + BigInt(i * 4096));
const IN_KERNEL_EVERY = 4;

/** With the stack's frames, or without: those that were sent lately. */
export type RecordKind = 'whole' | 'known';

export class RecordTemplates {
  readonly #periodNs: number;
  readonly #made = new Map<Program, Record<RecordKind, Buffer>[]>();

  constructor(periodNs: number) {
    this.#periodNs = periodNs;
  }

  /** A record of the stack by its number; what changes from sample to sample is zero. */
  copy(program: Program, stack: number, kind: RecordKind): Buffer {
    let made = this.#made.get(program);
    if (made === undefined) {
      made = program.stacks.map((_, number) => this.#make(program, number));
      this.#made.set(program, made);
    }
    return Buffer.from(made[stack]![kind]);
  }

  #make({ comm, stacks, bases }: Program, number: number): Record<RecordKind, Buffer> {
    const fields = { sequence: 0, periodNs: this.#periodNs, comm, walkEnd: 'root' } as const;
    const user = stacks[number]!.map(({ file, offset }) => bases[file]! + offset);
    const kernel = number % IN_KERNEL_EVERY === 0 ? { kernel: KERNEL_FRAMES } : {};
    return { whole: logRecord({ ...fields, user, ...kernel }), known: logRecord(fields) };
  }
}
