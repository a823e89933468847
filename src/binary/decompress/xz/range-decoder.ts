// The range decoder of LZMA: bits whose probabilities adapt. The .xz file format 1.2.0 and the LZMA specification (2015).
import { BinaryFormatError } from '../../binary-format-error.ts';

const TOP = 2 ** 24;
const BIT_MODEL_BITS = 11;
const MOVE_BITS = 5;
export const HALF = 1 << (BIT_MODEL_BITS - 1);

/** Over one LZMA2 chunk. Past its end come zeros, and `overrun` says so. */
export class RangeDecoder {
  private bytes: Uint8Array = new Uint8Array(0);
  private at = 0;
  private end = 0;
  private range = 0;
  private code = 0;

  /** Begins with `bytes[at, end)`: a zero byte and four bytes of code. */
  start(bytes: Uint8Array, at: number, end: number, section: string): void {
    if (end - at < 5 || bytes[at] !== 0) {
      throw new BinaryFormatError('bad-value', section, at, 'a bad start of a range coder');
    }
    this.bytes = bytes;
    this.at = at + 5;
    this.end = end;
    this.range = 0xffff_ffff;
    this.code =
      ((bytes[at + 1]! << 24) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 8) | bytes[at + 4]!) >>> 0;
  }

  get overrun(): boolean {
    return this.at > this.end;
  }

  /** Whether the chunk was used up exactly. */
  get finished(): boolean {
    return this.at === this.end && this.code === 0;
  }

  bit(models: Uint16Array, index: number): number {
    this.normalize();
    const model = models[index]!;
    const bound = (this.range >>> BIT_MODEL_BITS) * model;
    if (this.code < bound) {
      this.range = bound;
      models[index] = model + (((1 << BIT_MODEL_BITS) - model) >> MOVE_BITS);
      return 0;
    }
    this.range -= bound;
    this.code -= bound;
    models[index] = model - (model >> MOVE_BITS);
    return 1;
  }

  /** `count` bits, the highest first, by a tree of models that begins at `base` (index 0 of it is not used). */
  tree(models: Uint16Array, base: number, count: number): number {
    let node = 1;
    for (let i = 0; i < count; i++) node = node * 2 + this.bit(models, base + node);
    return node - (1 << count);
  }

  /** The same, the lowest bit first. */
  reverseTree(models: Uint16Array, base: number, count: number): number {
    let node = 1;
    let value = 0;
    for (let i = 0; i < count; i++) {
      const bit = this.bit(models, base + node);
      node = node * 2 + bit;
      value += bit << i;
    }
    return value;
  }

  /** Bits of equal probability, the highest first; at most 26. */
  direct(count: number): number {
    let value = 0;
    for (let i = 0; i < count; i++) {
      this.normalize();
      this.range >>>= 1;
      const bit = this.code >= this.range ? 1 : 0;
      if (bit === 1) this.code -= this.range;
      value = value * 2 + bit;
    }
    return value;
  }

  /** Also needed once behind the last bit of a chunk. */
  normalize(): void {
    if (this.range >= TOP) return;
    this.range = (this.range << 8) >>> 0;
    const next = this.at < this.end ? this.bytes[this.at]! : 0;
    this.at++;
    this.code = ((this.code << 8) | next) >>> 0;
  }
}
