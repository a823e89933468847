// The sequences section of a compressed block, and carrying it out (RFC 8878, 3.1.1.3.2 and 3.1.1.4).
import { BinaryFormatError } from '../../binary-format-error.ts';
import type { Output } from '../output.ts';
import { BackwardBits } from './backward-bits.ts';
import {
  FSE_Compressed_Mode,
  LITERALS_LENGTH,
  MATCH_LENGTH,
  OFFSET,
  Predefined_Mode,
  RLE_Mode,
  type CodeKind,
} from './constants.ts';
import { readFseTable, singleSymbolTable, type FseTable } from './fse-table.ts';
import type { LiteralsDecoder } from './literals.ts';

/** What the number of an offset code's bits begins at. */
const POWERS_OF_TWO = Float64Array.from({ length: 32 }, (_, bits) => 2 ** bits);

/** From here on a call costs less than the loop. */
const LONG_MATCH = 48;

/** In the order in which a block describes their tables. */
const KINDS = [LITERALS_LENGTH, OFFSET, MATCH_LENGTH] as const;

export class SequenceDecoder {
  private readonly tables: (FseTable | null)[] = [null, null, null];
  /** The three offsets used last (3.1.1.5). */
  private readonly repeated = new Float64Array(3);
  private readonly section: string;

  constructor(section: string) {
    this.section = section;
  }

  /** At the beginning of a frame. */
  reset(): void {
    this.tables.fill(null);
    this.repeated.set([1, 4, 8]);
  }

  /** Writes the block `block[at, end)` whose literals have been read, up to `limit` of the output's bytes. */
  execute(
    block: Uint8Array,
    at: number,
    end: number,
    literals: LiteralsDecoder,
    out: Output,
    limit: number,
  ): void {
    const header = readCount(block, at, end);
    if (header === null) throw this.error('sequences that are cut off');
    let done = 0;
    if (header.count > 0) {
      const stream = this.readTables(block, header.end, end);
      done = this.run(stream, header.count, literals, out, limit);
    } else if (header.end !== end) {
      throw this.error('bytes behind a block without sequences');
    }
    this.copyLiterals(literals, done, out, limit);
  }

  private readTables(block: Uint8Array, at: number, end: number): BackwardBits {
    if (at >= end) throw this.error('sequences without modes');
    const modes = block[at++]!;
    if ((modes & 3) !== 0) throw this.error('reserved bits of the modes are set');
    for (const [i, kind] of KINDS.entries())
      at = this.readTable(i, kind, (modes >> (6 - 2 * i)) & 3, block, at, end);
    return new BackwardBits(block, at, end, this.section);
  }

  private readTable(
    i: number,
    kind: CodeKind,
    mode: number,
    block: Uint8Array,
    at: number,
    end: number,
  ): number {
    if (mode === Predefined_Mode) {
      this.tables[i] = kind.predefined;
    } else if (mode === RLE_Mode) {
      if (at >= end || block[at]! >= kind.symbols) throw this.error(`a bad ${kind.name} code`);
      this.tables[i] = singleSymbolTable(block[at]!);
      return at + 1;
    } else if (mode === FSE_Compressed_Mode) {
      const read = readFseTable(block, at, end, kind, this.section);
      this.tables[i] = read.table;
      return read.end;
    } else if (this.tables[i] === null) {
      throw this.error(`no ${kind.name} table to repeat`);
    }
    return at;
  }

  /** Gives how many of the literals were used. The hot loop: what it needs is in locals. */
  private run(
    stream: BackwardBits,
    count: number,
    literals: LiteralsDecoder,
    out: Output,
    limit: number,
  ): number {
    const [literalTable, offsetTable, matchTable] = this.tables as [FseTable, FseTable, FseTable];
    const { bytes } = out;
    const { bytes: literalBytes, length: literalsThere } = literals;
    const { baseline: matchBase, extraBits: matchBits } = MATCH_LENGTH;
    const { baseline: literalBase, extraBits: literalBits } = LITERALS_LENGTH;
    let literalState = stream.read(literalTable.accuracy);
    let offsetState = stream.read(offsetTable.accuracy);
    let matchState = stream.read(matchTable.accuracy);
    let used = 0;
    let at = out.at;
    for (let i = 1; ; i++) {
      const offsetCode = offsetTable.symbol[offsetState]!;
      const matchCode = matchTable.symbol[matchState]!;
      const literalCode = literalTable.symbol[literalState]!;
      const offsetValue = POWERS_OF_TWO[offsetCode]! + stream.read(offsetCode);
      let matchLength = matchBase[matchCode]!;
      if (matchCode >= 32) matchLength += stream.read(matchBits[matchCode]!);
      let literalLength = literalBase[literalCode]!;
      if (literalCode >= 16) literalLength += stream.read(literalBits[literalCode]!);
      const offset = this.offset(offsetValue, literalLength);
      if (used + literalLength > literalsThere) throw this.error('more literals used than there are');
      if (literalLength + matchLength > limit - at) this.tooMuch(out, limit);
      for (const end = at + literalLength; at < end;) bytes[at++] = literalBytes[used++]!;
      if (offset > at || offset < 1) throw this.error(`an offset of ${offset} bytes, ${at} are there`);
      if (matchLength > LONG_MATCH && offset >= matchLength) {
        bytes.copyWithin(at, at - offset, at - offset + matchLength);
        at += matchLength;
      } else {
        // Where source and target overlap, the copy repeats what it wrote, which copyWithin does not.
        for (const end = at + matchLength; at < end; at++) bytes[at] = bytes[at - offset]!;
      }
      if (i === count) break;
      literalState = literalTable.base[literalState]! + stream.read(literalTable.bits[literalState]!);
      matchState = matchTable.base[matchState]! + stream.read(matchTable.bits[matchState]!);
      offsetState = offsetTable.base[offsetState]! + stream.read(offsetTable.bits[offsetState]!);
    }
    if (stream.left !== 0) throw this.error('sequences of another length');
    out.at = at;
    return used;
  }

  /** 3.1.1.5: values up to 3 stand for the offsets used last, one further on where there are no literals. */
  private offset(value: number, literalLength: number): number {
    const { repeated } = this;
    const which = value > 3 ? 3 : value - 1 + (literalLength === 0 ? 1 : 0);
    if (which === 0) return repeated[0]!;
    const offset = value > 3 ? value - 3 : which === 3 ? repeated[0]! - 1 : repeated[which]!;
    if (which > 1) repeated[2] = repeated[1]!;
    repeated[1] = repeated[0]!;
    repeated[0] = offset;
    return offset;
  }

  /** Those behind the last sequence. */
  private copyLiterals(literals: LiteralsDecoder, from: number, out: Output, limit: number): void {
    const rest = literals.bytes.subarray(from, literals.length);
    if (rest.length > limit - out.at) this.tooMuch(out, limit);
    out.bytes.set(rest, out.at);
    out.at += rest.length;
  }

  private tooMuch(out: Output, limit: number): never {
    if (out.produced + limit - out.at === out.size) out.overflow();
    throw this.error('a block of more than 128 KiB');
  }

  private error(detail: string): BinaryFormatError {
    return new BinaryFormatError('bad-value', this.section, 0, detail);
  }
}

/** 3.1.1.3.2.1: one to three bytes. Null where they are cut off. */
function readCount(block: Uint8Array, at: number, end: number): { count: number; end: number } | null {
  if (at >= end) return null;
  const first = block[at]!;
  const bytes = first < 128 ? 1 : first < 255 ? 2 : 3;
  if (at + bytes > end) return null;
  if (bytes === 1) return { count: first, end: at + 1 };
  if (bytes === 2) return { count: ((first - 128) << 8) + block[at + 1]!, end: at + 2 };
  return { count: block[at + 1]! + (block[at + 2]! << 8) + 0x7f00, end: at + 3 };
}
