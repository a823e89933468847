// What tests say of a Go program, and the bytes of its numbers.

/** What holds up to `end`, bytes from the function's entry. */
export interface WrittenStep {
  end: number;
  /** Index into `files`. */
  file: number;
  line: number;
  /** Index into the function's `inlined`, or -1. */
  inlined?: number;
}

export interface WrittenFunction {
  name: string;
  /** Bytes. */
  size: number;
  /** Without any, the function has no tables. */
  steps: readonly WrittenStep[];
  inlined?: readonly { name: string; parentPc: number }[];
}

export interface WrittenGoElf {
  version: '1.2' | '1.16' | '1.18' | '1.20';
  is64: boolean;
  littleEndian: boolean;
  files: readonly string[];
  functions: readonly WrittenFunction[];
  /** Where moduledata has its pointers: in the file, in relocations, or there is none. */
  moduleData: 'in-place' | 'relocated' | 'none';
  /** Since Go 1.26 the table does not say where the code begins. */
  withoutTextStart?: boolean;
  /** False: no section headers. */
  sections?: boolean;
  /** Bytes of the smallest instruction. */
  quantum?: number;
}

/** Address of the first function. */
export const GO_TEXT = 0x40_1000;

export class GoWriter {
  readonly bytes: number[] = [];
  readonly wordBytes: 4 | 8;
  private readonly littleEndian: boolean;

  constructor({ is64, littleEndian }: WrittenGoElf) {
    this.wordBytes = is64 ? 8 : 4;
    this.littleEndian = littleEndian;
  }

  get length(): number {
    return this.bytes.length;
  }

  int(value: number, size: number): this {
    const digits = Array.from({ length: size }, (_, i) => {
      return Number(BigInt.asUintN(8, BigInt(value) >> BigInt(8 * i)));
    });
    return this.raw(this.littleEndian ? digits : digits.reverse());
  }

  u32(...values: number[]): this {
    for (const value of values) this.int(value, 4);
    return this;
  }

  word(...values: number[]): this {
    for (const value of values) this.int(value, this.wordBytes);
    return this;
  }

  /** Returns where it begins. */
  string(text: string): number {
    const at = this.length;
    this.raw(Buffer.from(`${text}\0`));
    return at;
  }

  raw(bytes: ArrayLike<number>): this {
    for (let i = 0; i < bytes.length; i++) this.bytes.push(bytes[i]!);
    return this;
  }

  zeros(count: number): this {
    return this.raw(new Uint8Array(count));
  }

  align(to: number): this {
    return this.zeros((to - (this.length % to)) % to);
  }

  /** Over what is there. */
  put(at: number, { bytes }: GoWriter): void {
    bytes.forEach((byte, i) => (this.bytes[at + i] = byte));
  }
}
