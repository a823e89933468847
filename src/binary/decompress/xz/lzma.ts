// LZMA: literals and matches behind a range coder. Names as in the LZMA specification (2015).
import { BinaryFormatError } from '../../binary-format-error.ts';
import type { Output } from '../output.ts';
import { HALF, type RangeDecoder } from './range-decoder.ts';

const STATES = 12;
const POS_STATES_MAX = 16;
const LITERAL_CODER_SIZE = 0x300;
/** States below it come after a literal. */
const FIRST_STATE_AFTER_MATCH = 7;
const MATCH_MIN_LENGTH = 2;
const DIST_STATES = 4;
const DIST_SLOT_BITS = 6;
const DIST_MODEL_END = 14;
const FULL_DISTANCES = 128;
const ALIGN_BITS = 4;

/** Decodes lengths: a short, a middle and a long range. */
class LengthDecoder {
  private readonly choice = new Uint16Array(2);
  private readonly low = new Uint16Array(POS_STATES_MAX * 8);
  private readonly middle = new Uint16Array(POS_STATES_MAX * 8);
  private readonly high = new Uint16Array(256);

  reset(): void {
    for (const models of [this.choice, this.low, this.middle, this.high]) models.fill(HALF);
  }

  read(coder: RangeDecoder, posState: number): number {
    if (coder.bit(this.choice, 0) === 0) return MATCH_MIN_LENGTH + coder.tree(this.low, posState * 8, 3);
    if (coder.bit(this.choice, 1) === 0)
      return MATCH_MIN_LENGTH + 8 + coder.tree(this.middle, posState * 8, 3);
    return MATCH_MIN_LENGTH + 16 + coder.tree(this.high, 0, 8);
  }
}

export class LzmaDecoder {
  private readonly section: string;
  private readonly isMatch = new Uint16Array(STATES * POS_STATES_MAX);
  private readonly isRep = new Uint16Array(STATES);
  private readonly isRepG0 = new Uint16Array(STATES);
  private readonly isRepG1 = new Uint16Array(STATES);
  private readonly isRepG2 = new Uint16Array(STATES);
  private readonly isRep0Long = new Uint16Array(STATES * POS_STATES_MAX);
  private readonly distSlot = new Uint16Array(DIST_STATES << DIST_SLOT_BITS);
  private readonly distSpecial = new Uint16Array(FULL_DISTANCES);
  private readonly distAlign = new Uint16Array(1 << ALIGN_BITS);
  private readonly matchLength = new LengthDecoder();
  private readonly repLength = new LengthDecoder();
  private literals = new Uint16Array(0);
  private literalContextBits = 0;
  private literalPosMask = 0;
  private posMask = 0;
  private state = 0;
  /** Distances used last, 0 being the byte before. */
  private reps: [number, number, number, number] = [0, 0, 0, 0];

  constructor(section: string) {
    this.section = section;
  }

  /** One byte: (pb * 5 + lp) * 9 + lc. LZMA2 wants lc + lp <= 4. */
  setProperties(byte: number): void {
    const lc = byte % 9;
    const lp = Math.floor(byte / 9) % 5;
    const pb = Math.floor(byte / 45);
    if (pb > 4 || lc + lp > 4) this.fail(`properties ${byte}`);
    this.literalContextBits = lc;
    this.literalPosMask = (1 << lp) - 1;
    this.posMask = (1 << pb) - 1;
    this.literals = new Uint16Array(LITERAL_CODER_SIZE << (lc + lp));
    this.reset();
  }

  reset(): void {
    this.state = 0;
    this.reps = [0, 0, 0, 0];
    for (const models of [this.isMatch, this.isRep, this.isRepG0, this.isRepG1, this.isRepG2])
      models.fill(HALF);
    for (const models of [this.isRep0Long, this.distSlot, this.distSpecial, this.distAlign])
      models.fill(HALF);
    this.literals.fill(HALF);
    this.matchLength.reset();
    this.repLength.reset();
  }

  /** Decodes until `out.at` is `limit`. `start` is where the dictionary begins in `out.bytes`. */
  decode(coder: RangeDecoder, out: Output, start: number, limit: number): void {
    if (this.literals.length === 0) this.fail('a chunk before any properties');
    while (out.at < limit) {
      const posState = (out.at - start) & this.posMask;
      if (coder.bit(this.isMatch, this.state * POS_STATES_MAX + posState) === 0) {
        this.literal(coder, out, start);
      } else {
        this.copy(out, start, limit, this.match(coder, posState));
      }
      if (coder.overrun) this.fail('it reads beyond its chunk');
    }
    coder.normalize();
  }

  private literal(coder: RangeDecoder, out: Output, start: number): void {
    const { bytes } = out;
    const before = out.at > start ? bytes[out.at - 1]! : 0;
    const lc = this.literalContextBits;
    const context = (((out.at - start) & this.literalPosMask) << lc) + (before >> (8 - lc));
    const base = LITERAL_CODER_SIZE * context;
    if (this.state < FIRST_STATE_AFTER_MATCH) {
      bytes[out.at++] = coder.tree(this.literals, base, 8);
    } else {
      bytes[out.at] = this.matchedLiteral(coder, base, this.byteBack(out, start));
      out.at++;
    }
    this.state = this.state < 4 ? 0 : this.state < 10 ? this.state - 3 : this.state - 6;
  }

  /** After a match the byte that would have continued it is a hint, as long as its bits agree. */
  private matchedLiteral(coder: RangeDecoder, base: number, hint: number): number {
    const { literals } = this;
    let symbol = 1;
    let offset = 0x100;
    while (symbol < 0x100) {
      hint <<= 1;
      const hintBit = hint & offset;
      const bit = coder.bit(literals, base + offset + hintBit + symbol);
      symbol = symbol * 2 + bit;
      offset &= bit === 1 ? hintBit : ~hintBit;
    }
    return symbol - 0x100;
  }

  private byteBack(out: Output, start: number): number {
    const distance = this.reps[0];
    if (distance >= out.at - start) this.fail(`a distance of ${distance + 1} bytes`);
    return out.bytes[out.at - distance - 1]!;
  }

  /** Sets the distance and gives the length. */
  private match(coder: RangeDecoder, posState: number): number {
    const { state } = this;
    const afterMatch = state >= FIRST_STATE_AFTER_MATCH;
    if (coder.bit(this.isRep, state) === 0) {
      const length = this.matchLength.read(coder, posState);
      const [rep0, rep1, rep2] = this.reps;
      this.reps = [this.distance(coder, length), rep0, rep1, rep2];
      this.state = afterMatch ? 10 : 7;
      return length;
    }
    if (coder.bit(this.isRepG0, state) === 0) {
      if (coder.bit(this.isRep0Long, state * POS_STATES_MAX + posState) === 0) {
        this.state = afterMatch ? 11 : 9;
        return 1;
      }
    } else {
      this.reorder(coder);
    }
    this.state = afterMatch ? 11 : 8;
    return this.repLength.read(coder, posState);
  }

  /** One of the older distances comes to the front. */
  private reorder(coder: RangeDecoder): void {
    const [rep0, rep1, rep2, rep3] = this.reps;
    if (coder.bit(this.isRepG1, this.state) === 0) this.reps = [rep1, rep0, rep2, rep3];
    else if (coder.bit(this.isRepG2, this.state) === 0) this.reps = [rep2, rep0, rep1, rep3];
    else this.reps = [rep3, rep0, rep1, rep2];
  }

  private distance(coder: RangeDecoder, length: number): number {
    const distState = Math.min(length - MATCH_MIN_LENGTH, DIST_STATES - 1);
    const slot = coder.tree(this.distSlot, distState << DIST_SLOT_BITS, DIST_SLOT_BITS);
    if (slot < 4) return slot;
    const bits = (slot >> 1) - 1;
    const base = (2 + (slot & 1)) * 2 ** bits;
    if (slot < DIST_MODEL_END) return base + coder.reverseTree(this.distSpecial, base - slot, bits);
    const high = coder.direct(bits - ALIGN_BITS) * 2 ** ALIGN_BITS;
    return base + high + coder.reverseTree(this.distAlign, 0, ALIGN_BITS);
  }

  /** A distance of 2^32 - 1 would mark the end of a stream, which LZMA2 does not use: it is too far back. */
  private copy(out: Output, start: number, limit: number, length: number): void {
    const distance = this.reps[0];
    if (distance >= out.at - start) this.fail(`a distance of ${distance + 1} bytes`);
    if (length > limit - out.at) this.fail('a match beyond its chunk');
    const { bytes } = out;
    const from = out.at - distance - 1;
    for (let i = 0; i < length; i++) bytes[out.at + i] = bytes[from + i]!;
    out.at += length;
  }

  private fail(detail: string): never {
    throw new BinaryFormatError('bad-value', this.section, 0, `LZMA: ${detail}`);
  }
}
