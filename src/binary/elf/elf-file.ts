// An opened ELF file: its header and segments are read at once, everything else when asked for.
import { readCursor, type ByteSource } from '../byte-source.ts';
import { PT_LOAD } from './constants.ts';
import { readElfHeader, type ElfHeader } from './header.ts';
import { readBuildId } from './notes.ts';
import { readSections, type Section } from './sections.ts';
import { readSegments, type Segment } from './segments.ts';

export class ElfFile {
  readonly source: ByteSource;
  readonly header: ElfHeader;
  readonly segments: readonly Segment[];
  private sectionsRead: readonly Section[] | undefined;

  /** Throws `BinaryFormatError`, as do the methods. */
  constructor(source: ByteSource) {
    this.source = source;
    this.header = readElfHeader(source);
    this.segments = readSegments(source, this.header);
  }

  sections(): readonly Section[] {
    this.sectionsRead ??= readSections(this.source, this.header);
    return this.sectionsRead;
  }

  /** Lower-case hex, '' where the file has none. */
  buildId(): string {
    return readBuildId(this.source, this.header, this.segments);
  }

  loads(): Segment[] {
    return this.segments.filter((segment) => segment.type === PT_LOAD);
  }

  /** Lowest mapped address: what an address counted from the load address is added to. */
  baseAddress(): number {
    return this.loads().reduce((low, segment) => Math.min(low, segment.vaddr), Infinity);
  }

  cursor(offset: number, length: number, section: string): ReturnType<typeof readCursor> {
    return readCursor(this.source, offset, length, section, this.header.littleEndian);
  }
}
