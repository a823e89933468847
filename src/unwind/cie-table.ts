// CieTable: the CIEs of a section, each read when an FDE first asks for it.
import { BinaryFormatError } from '../binary/binary-format-error.ts';
import { Cursor } from '../binary/cursor.ts';
import type { CfaProgram } from './cfa-program.ts';
import { readEntry, readEntryId } from './cfi-entry.ts';
import type { CfiSection } from './cfi-sections.ts';
import { readCieHead, type Cie } from './cie.ts';
import { FrameState } from './frame-state.ts';
import type { Machine } from './machine.ts';

/** Linked programs have a handful; a .debug_frame has one per compilation unit. */
const MAX_CIES = 1 << 16;

export class CieTable {
  private readonly section: CfiSection;
  private readonly littleEndian: boolean;
  private readonly machine: Machine;
  private readonly program: CfaProgram;
  private readonly known = new Map<number, Cie | null>();
  private bytesRead = 0;

  constructor(section: CfiSection, littleEndian: boolean, machine: Machine, program: CfaProgram) {
    this.section = section;
    this.littleEndian = littleEndian;
    this.machine = machine;
    this.program = program;
  }

  /** The CIE at an offset of the section; null for what is none, or none that can be read. */
  at(offset: number): Cie | null {
    const known = this.known.get(offset);
    if (known !== undefined) return known;
    if (this.known.size === MAX_CIES) return null;
    const cie = this.tryRead(offset);
    this.known.set(offset, cie);
    return cie;
  }

  private tryRead(offset: number): Cie | null {
    try {
      return this.read(offset);
    } catch (error) {
      if (error instanceof BinaryFormatError) return null;
      throw error;
    }
  }

  private read(offset: number): Cie | null {
    const { bytes, bases, name, isEh } = this.section;
    const cursor = new Cursor(bytes, name, this.littleEndian);
    cursor.seek(offset);
    const content = readEntry(cursor);
    // CIEs do not overlap, so together they are no longer than the section. FDEs that point into one at many places
    // would otherwise have it read as often.
    this.bytesRead += content.length;
    if (this.bytesRead > bytes.length) content.fail('limit', 'CIEs that overlap');
    // What is no CIE may be an FDE: following its pointer in turn could go in circles.
    if (readEntryId(content, isEh, offset, cursor.offset - content.length) !== 'cie') return null;
    const head = readCieHead(content, this.machine, bases);
    return { ...head, initial: this.program.initialState(content, { ...head, initial: new FrameState() }) };
  }
}
