// Writes jitdump files, field by field as tools/perf/Documentation/jitdump-specification.txt lays them out.

export interface WrittenCode {
  address: number;
  size: number;
  name: string;
  index?: number;
}

export interface WrittenLine {
  address: number;
  line: number;
  column?: number;
  file: string;
}

export class JitdumpWriter {
  readonly #littleEndian: boolean;
  #parts: Buffer[] = [];

  constructor({ littleEndian = true, version = 1, headerSize = 40 } = {}) {
    this.#littleEndian = littleEndian;
    this.#parts.push(
      this.u32(0x4a695444, version, headerSize, 62 /* EM_X86_64 */, 0, 4711 /* pid */),
      this.u64(1_000_000 /* timestamp */, 0 /* flags */),
      Buffer.alloc(Math.max(0, headerSize - 40)),
    );
  }

  /** JIT_CODE_LOAD */
  load({ address, size, name, index = 0 }: WrittenCode): this {
    return this.record(0, [
      this.u32(4711 /* pid */, 4711 /* tid */),
      this.u64(address /* vma */, address, size, index),
      Buffer.from(`${name}\0`),
      Buffer.alloc(size, 0xc3), // native code: ret, ret, …
    ]);
  }

  /** JIT_CODE_MOVE */
  move(index: number, from: number, to: number, size: number): this {
    return this.record(1, [this.u32(4711, 4711), this.u64(to /* vma */, from, to, size, index)]);
  }

  /** JIT_CODE_DEBUG_INFO; `same`: the name is written as `\xff`. */
  lines(address: number, lines: readonly WrittenLine[], same = false): this {
    const entries = lines.flatMap(({ address: at, line, column = 0, file }, i) => [
      this.u64(at),
      this.u32(line, column),
      same && i > 0 && lines[i - 1]!.file === file ? Buffer.from([0xff, 0]) : Buffer.from(`${file}\0`),
    ]);
    return this.record(2, [this.u64(address, lines.length), ...entries]);
  }

  /** JIT_CODE_CLOSE */
  close(): this {
    return this.record(3, []);
  }

  /** Header of a record: id, total_size, timestamp. `size` overrides the size. */
  record(id: number, body: readonly Buffer[], size?: number): this {
    const length = 16 + body.reduce((sum, part) => sum + part.length, 0);
    this.#parts.push(this.u32(id, size ?? length), this.u64(2_000_000), ...body);
    return this;
  }

  bytes(): Buffer {
    return Buffer.concat(this.#parts);
  }

  u32(...values: number[]): Buffer {
    const bytes = Buffer.alloc(4 * values.length);
    values.forEach((value, i) =>
      this.#littleEndian ? bytes.writeUInt32LE(value, 4 * i) : bytes.writeUInt32BE(value, 4 * i),
    );
    return bytes;
  }

  u64(...values: number[]): Buffer {
    const bytes = Buffer.alloc(8 * values.length);
    values.forEach((value, i) =>
      this.#littleEndian
        ? bytes.writeBigUInt64LE(BigInt(value), 8 * i)
        : bytes.writeBigUInt64BE(BigInt(value), 8 * i),
    );
    return bytes;
  }
}
