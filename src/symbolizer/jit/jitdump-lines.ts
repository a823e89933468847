// The lines of a piece of code, from a jitdump's JIT_CODE_DEBUG_INFO record.
import { BinaryFormatError } from '../../binary/binary-format-error.ts';
import { firstAbove } from '../../binary/bisect.ts';
import { Cursor } from '../../binary/cursor.ts';
import { DEBUG_ENTRY_BYTES } from './jitdump-constants.ts';
import { JitdumpRows } from './jitdump-rows.ts';

export interface JitLine {
  file: string;
  line: number;
  column: number;
  /** Every line of the code is said to be in this file. */
  isOnlyFile: boolean;
}

/**
 * V8 adds the size of an ELF header to each address (`LogWriteDebugInfo` in src/diagnostics/perf-jit.cc), to make up for
 * where older versions of `perf inject` put the code. A table that begins no earlier is taken for one of V8's: those of
 * others begin with the function's first instruction.
 */
const V8_SHIFT = 0x40;

export class JitdumpLines {
  /** From the start of the code, ascending. */
  private readonly offsets: Float64Array;
  /** Indices into the columns of `rows`. */
  private readonly order: Uint32Array;
  private readonly rows: JitdumpRows;
  private readonly isV8: boolean;

  private constructor(rows: JitdumpRows) {
    const { offset } = rows;
    this.rows = rows;
    this.order = new Uint32Array(offset.length)
      .map((_, i) => i)
      .sort((a, b) => offset[a]! - offset[b]! || a - b);
    this.offsets = Float64Array.from(this.order, (row) => offset[row]!);
    this.isV8 = this.offsets.length > 0 && this.offsets[0]! >= V8_SHIFT;
  }

  /** `record`: behind the record's header. Throws `BinaryFormatError`. */
  static read(record: Cursor, codeSize: number): JitdumpLines {
    const codeAddress = record.u64Number();
    const count = record.u64Number();
    if (count * (DEBUG_ENTRY_BYTES + 1) > record.remaining)
      record.fail('truncated', `${count} debug entries`);
    const entries = record.bytes(record.remaining);
    const cursor = (): Cursor => new Cursor(entries, 'jitdump lines', record.littleEndian);
    const ways = [() => JitdumpRows.read(cursor(), count, codeAddress)];
    for (const nameBytes of JitdumpRows.evenNameBytes(entries.length, count)) {
      ways.push(() => JitdumpRows.readEven(cursor(), count, codeAddress, nameBytes));
    }
    for (const read of ways) {
      const rows = attempt(read);
      if (rows?.isWithin(codeSize, V8_SHIFT)) return new JitdumpLines(rows);
    }
    return record.fail('bad-value', 'debug entries that are none');
  }

  get byteLength(): number {
    const characters = this.rows.names.reduce((sum, name) => sum + name.length, 0);
    return this.offsets.length * (2 * 8 + 4 * 4) + characters;
  }

  /** The line of the instruction at so many bytes from the start of the code; null before the first. */
  find(offset: number): JitLine | null {
    const wanted = this.isV8 ? offset + V8_SHIFT : offset;
    const behind = firstAbove(this.offsets, wanted);
    if (behind === 0) return null;
    const { rows } = this;
    const row = this.order[behind - 1]!;
    return {
      file: rows.names[rows.file[row]!]!,
      line: rows.line[row]!,
      // Of others than V8 it is a discriminator: a number that tells apart what stands in one line.
      column: this.isV8 ? rows.column[row]! : 0,
      isOnlyFile: rows.names.length === 1,
    };
  }
}

function attempt<T>(read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    if (error instanceof BinaryFormatError) return null; // told by whoever finds that no attempt succeeds
    throw error;
  }
}
