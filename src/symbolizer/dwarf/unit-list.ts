// UnitList: where the units of a .debug_info begin.
import { BinaryFormatError } from '../../binary/binary-format-error.ts';
import { firstAbove } from '../../binary/bisect.ts';
import { MAX_INITIAL_LENGTH_BYTES, readInitialLength } from './encoding.ts';
import type { SectionReader } from './section-reader.ts';

/** Chromium has 30,000. */
const MAX_UNITS = 1 << 20;

/** Made when first asked for, by reading the lengths: a few bytes per unit, wherever the unit is. */
export class UnitList {
  private readonly info: SectionReader;
  private found: Float64Array | null = null;

  constructor(info: SectionReader) {
    this.info = info;
  }

  /** Ascending. A length that leads out of the section ends them: what follows cannot be found. */
  get offsets(): Float64Array {
    this.found ??= Float64Array.from(unitOffsets(this.info));
    return this.found;
  }

  get byteLength(): number {
    return this.found?.byteLength ?? 0;
  }

  /** Offset of the unit that an offset in the section lies in, -1 where it is in none. */
  containing(offset: number): number {
    const { offsets } = this;
    const behind = firstAbove(offsets, offset);
    return behind === 0 || !(offset < this.info.size) ? -1 : offsets[behind - 1]!;
  }
}

function unitOffsets(info: SectionReader): number[] {
  const offsets: number[] = [];
  try {
    for (let offset = 0; offset < info.size && offsets.length < MAX_UNITS;) {
      const cursor = info.at(offset, MAX_INITIAL_LENGTH_BYTES);
      const { length } = readInitialLength(cursor);
      const next = cursor.offset + length;
      if (next > info.size) break;
      // A length of 0 is padding that some linkers leave.
      if (length > 0) offsets.push(offset);
      offset = next;
    }
  } catch (error) {
    if (!(error instanceof BinaryFormatError)) throw error;
  }
  return offsets;
}
