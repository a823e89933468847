// Bytes of a binary format, field by field, in either byte order.

export class ByteWriter {
  readonly littleEndian: boolean;
  private readonly bytes: number[] = [];

  constructor(littleEndian = true) {
    this.littleEndian = littleEndian;
  }

  get length(): number {
    return this.bytes.length;
  }

  /** An unsigned number, or a negative one as its complement. */
  int(value: number | bigint, size: number): this {
    let rest = BigInt.asUintN(8 * size, BigInt(value));
    const digits: number[] = [];
    for (let i = 0; i < size; i++, rest >>= 8n) digits.push(Number(rest & 0xffn));
    return this.raw(this.littleEndian ? digits : digits.reverse());
  }

  u8(value: number): this {
    return this.int(value, 1);
  }

  u16(value: number): this {
    return this.int(value, 2);
  }

  u32(value: number): this {
    return this.int(value, 4);
  }

  u64(value: number | bigint): this {
    return this.int(value, 8);
  }

  uleb(value: number | bigint): this {
    let rest = BigInt(value);
    do {
      const more = rest > 0x7fn;
      this.bytes.push(Number(rest & 0x7fn) | (more ? 0x80 : 0));
      rest >>= 7n;
    } while (rest > 0n);
    return this;
  }

  sleb(value: number | bigint): this {
    let rest = BigInt(value);
    for (;;) {
      const digit = Number(rest & 0x7fn);
      rest >>= 7n;
      const done = (rest === 0n && (digit & 0x40) === 0) || (rest === -1n && (digit & 0x40) !== 0);
      this.bytes.push(digit | (done ? 0 : 0x80));
      if (done) return this;
    }
  }

  /** With its closing zero. */
  string(text: string): this {
    return this.raw(Buffer.from(`${text}\0`));
  }

  raw(bytes: ArrayLike<number>): this {
    for (let i = 0; i < bytes.length; i++) this.bytes.push(bytes[i]!);
    return this;
  }

  /** Writes over what was written. */
  patch(at: number, value: number | bigint, size: number): this {
    const field = new ByteWriter(this.littleEndian).int(value, size).finish();
    this.bytes.splice(at, size, ...field);
    return this;
  }

  finish(): Uint8Array {
    return Uint8Array.from(this.bytes);
  }
}
