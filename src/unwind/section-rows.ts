// SectionRows: the FDEs of one section of call frame information → rows.
import { BinaryFormatError } from '../binary/binary-format-error.ts';
import { Cursor } from '../binary/cursor.ts';
import { CfaProgram } from './cfa-program.ts';
import { readEntry, readEntryId } from './cfi-entry.ts';
import type { CfiSection } from './cfi-sections.ts';
import { CieTable } from './cie-table.ts';
import type { Cie } from './cie.ts';
import type { CodeSegments } from './code-segments.ts';
import { readEncodedPointer, readStored } from './encoded-pointer.ts';
import type { FdeColumns } from './fde-columns.ts';
import type { Machine } from './machine.ts';
import { noRule, setUnsupported, type RuleSet } from './rule.ts';

export interface SectionContext {
  machine: Machine;
  littleEndian: boolean;
  code: CodeSegments;
  rules: RuleSet;
  /** Where rows go. */
  fdes: FdeColumns;
  /** True for a file offset that a section of more authority covers. */
  covered: (offset: number) => boolean;
}

export interface EntryCounts {
  /** FDEs that gave rows. */
  fdes: number;
  /** FDEs that cannot be understood. Where only the instructions cannot, the table says so for their range. */
  malformed: number;
  /** FDEs of no code of the file (functions that the linker discarded), or of code that has a better one. */
  unused: number;
}

export class SectionRows {
  readonly counts: EntryCounts = { fdes: 0, malformed: 0, unused: 0 };
  private readonly section: CfiSection;
  private readonly context: SectionContext;
  private readonly program: CfaProgram;
  private readonly cies: CieTable;
  /** Virtual address - file offset, of the FDE under way. */
  private bias = 0;

  constructor(section: CfiSection, context: SectionContext) {
    const { rules, fdes, littleEndian, machine } = context;
    this.section = section;
    this.context = context;
    this.program = new CfaProgram(rules, section.bases, (address, rule) => {
      fdes.pushRow(address - this.bias, rule);
    });
    this.cies = new CieTable(section, littleEndian, machine, this.program);
  }

  /** Adds the rows of all FDEs. Throws `BinaryFormatError` only when there are too many. */
  compile(): EntryCounts {
    const { section, counts } = this;
    const cursor = new Cursor(section.bytes, section.name, this.context.littleEndian);
    this.unlessMalformed(() => {
      while (cursor.remaining >= 4 && counts.fdes + counts.malformed + counts.unused < section.maxFdes) {
        const start = cursor.offset;
        // One that has no end within the section ends the reading: what follows cannot be found.
        const content = readEntry(cursor);
        if (content.length > 0) this.addEntry(content, start, cursor.offset - content.length);
        else if (section.endsAtZero) return;
      }
    });
    return counts;
  }

  private addEntry(content: Cursor, start: number, idOffset: number): void {
    this.unlessMalformed(() => {
      const id = readEntryId(content, this.section.isEh, start, idOffset);
      if (id === 'cie') return;
      const cie = this.cies.at(id);
      if (cie === null) content.fail('bad-value', 'its CIE cannot be read');
      this.addFde(content, cie);
    });
  }

  private addFde(content: Cursor, cie: Cie): void {
    const { bases } = this.section;
    const { code, fdes, covered } = this.context;
    const start = readEncodedPointer(content, cie.pointerEncoding, bases);
    const length = readStored(content, cie.pointerEncoding, bases.addressBytes);
    if (cie.sizedAugmentation) content.skip(content.uleb());
    const segment = start === null ? undefined : code.find(start);
    if (start === null || segment === undefined || !(length > 0) || covered(start - segment.bias)) {
      this.counts.unused++;
      return;
    }
    const end = Math.min(start + length, segment.end);
    this.bias = segment.bias;
    this.counts.fdes++;
    fdes.beginFde(start - segment.bias, end - segment.bias);
    const whole = this.unlessMalformed(() => this.program.run(content, cie, start, end));
    // What the instructions said until then holds to where they came.
    if (!whole && this.program.reached < end) this.pushBad(this.program.reached);
  }

  private pushBad(address: number): void {
    const { rules, fdes } = this.context;
    const bad = noRule();
    setUnsupported(bad, 'bad-program');
    fdes.pushRow(address - this.bias, rules.intern(bad));
  }

  /** False, and counted, where the section's bytes were not what they should be. */
  private unlessMalformed(read: () => void): boolean {
    try {
      read();
      return true;
    } catch (error) {
      if (!(error instanceof BinaryFormatError) || error.section !== this.section.name) throw error;
      this.counts.malformed++;
      return false;
    }
  }
}
