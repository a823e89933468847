// DebugInfo: functions, inlined calls, files and lines by address, from the DWARF of one file.
import { BinaryFormatError } from '../../binary/binary-format-error.ts';
import type { SourceFrame } from '../source-frame.ts';
import type { DebugSections } from './debug-sections.ts';
import type { DecodedUnit } from './decoded-unit.ts';
import { DwarfFile } from './dwarf-file.ts';
import { SplitUnits, type SplitFileOpener } from './split-units.ts';
import { UnitDecoder } from './unit-decoder.ts';
import { UnitIndex } from './unit-index.ts';

export interface DebugInfoOptions {
  /** The file that `.gnu_debugaltlink` or `.debug_sup` names. */
  supplement?: DebugSections;
  /** Asked for every skeleton unit that the package does not have. */
  dwo?: SplitFileOpener;
  /** The package (`.dwp`) with the split units. */
  package?: DebugSections;
  /** Bytes of decoded units that are kept. */
  maxBytes?: number;
}

/** libc has 20 MB when every unit of it is decoded. */
const MAX_BYTES = 64 << 20;
/** When it is too much, units are dropped until it is this share: not one by one. */
const KEPT_SHARE = 0.75;
/** Units of which it is remembered that they are malformed. */
const MAX_FAILED = 1024;

/**
 * Units are decoded when an address of theirs is first asked for, and kept while there is room. The sources of the
 * sections have to stay readable.
 */
export class DebugInfo {
  private readonly file: DwarfFile;
  private readonly index: UnitIndex;
  private readonly splitUnits: SplitUnits;
  private readonly decoder: UnitDecoder;
  private readonly maxBytes: number;
  /** By offset in .debug_info: the unit; and why others cannot be decoded. */
  private readonly decoded = new Map<number, DecodedUnit>();
  private readonly failed = new Map<number, BinaryFormatError>();
  private decodedBytes = 0;
  private lookups = 0;

  /** Reads nothing but a package's index. Throws `BinaryFormatError`. */
  constructor(sections: DebugSections, options: DebugInfoOptions = {}) {
    const { supplement, dwo, package: packaged, maxBytes = MAX_BYTES } = options;
    const supplementFile = supplement === undefined ? null : new DwarfFile(supplement);
    this.file = new DwarfFile(sections, { supplement: supplementFile });
    this.index = new UnitIndex(this.file);
    this.splitUnits = new SplitUnits(dwo ?? null, packaged ?? null);
    this.decoder = new UnitDecoder(this.splitUnits);
    this.maxBytes = maxBytes;
  }

  /** False where the file has no .debug_info: then it knows nothing of any address. */
  get hasUnits(): boolean {
    return this.file.info.size > 0;
  }

  /** Bytes of all that is kept. */
  get byteLength(): number {
    return this.file.byteLength + this.index.byteLength + this.splitUnits.byteLength + this.decodedBytes;
  }

  /**
   * What is at an address (ELF virtual address), innermost first: function and line of the address, then of each call
   * that it was inlined through. Null where no unit covers it, or the one that does knows nothing. Throws
   * `BinaryFormatError` where that unit is malformed; others still answer. Many addresses of a large file are best asked
   * in ascending order: then each unit is decoded once, however many there are.
   */
  framesAt(address: number): SourceFrame[] | null {
    const offset = this.hasUnits ? this.index.find(address) : -1;
    if (offset < 0) return null;
    const unit = this.decoded.get(offset) ?? this.decode(offset);
    unit.lastUsed = ++this.lookups;
    const before = unit.byteLength;
    const frames = unit.framesAt(address);
    // Names are kept too, once they were asked for.
    this.decodedBytes += unit.byteLength - before;
    return frames;
  }

  /** Forgets the units that lacked a split unit, so that `dwo` is asked again. */
  forgetIncomplete(): void {
    for (const [offset, unit] of this.decoded) if (unit.lacksSplitUnit) this.drop(offset, unit);
  }

  private decode(offset: number): DecodedUnit {
    const failure = this.failed.get(offset);
    if (failure !== undefined) throw failure;
    const unit = this.tryDecode(offset);
    unit.lastUsed = ++this.lookups;
    this.decoded.set(offset, unit);
    this.decodedBytes += unit.byteLength;
    if (this.decodedBytes > this.maxBytes) this.evict(unit);
    return unit;
  }

  /** An error is kept, so that asking again does not cost what it cost to find it. */
  private tryDecode(offset: number): DecodedUnit {
    try {
      return this.decoder.decode(this.file.unitAt(offset));
    } catch (error) {
      if (!(error instanceof BinaryFormatError)) throw error;
      if (this.failed.size >= MAX_FAILED) this.failed.clear();
      this.failed.set(offset, error);
      throw error;
    }
  }

  /** Drops what was not asked for the longest, but not the unit that is asked for now. */
  private evict(kept: DecodedUnit): void {
    const units = [...this.decoded].filter(([, unit]) => unit !== kept);
    units.sort(([, a], [, b]) => a.lastUsed - b.lastUsed);
    for (const [offset, unit] of units) {
      if (this.decodedBytes <= this.maxBytes * KEPT_SHARE) return;
      this.drop(offset, unit);
    }
  }

  private drop(offset: number, unit: DecodedUnit): void {
    this.decoded.delete(offset);
    this.decodedBytes -= unit.byteLength;
  }
}
