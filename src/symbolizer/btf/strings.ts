// The string section: names by their offset. Split BTF goes on where its base ends.
import { BinaryFormatError } from '../../binary/binary-format-error.ts';
import { readBytes, readUntil, type ByteSource } from '../../binary/byte-source.ts';
import { decodeName } from '../../binary/symbol-name.ts';
import type { BtfSection } from './header.ts';

const SECTION = 'BTF strings';
/** The longest are paths of source files (PATH_MAX); names of symbols have at most 511 (KSYM_NAME_LEN). */
const MAX_STRING_BYTES = 4096;

export class BtfStrings {
  private readonly source: ByteSource;
  private readonly section: BtfSection;
  private readonly base: BtfStrings | null;
  private readonly memory: Uint8Array | null;
  /** Offsets from here to `end` lie in this section, those below in the base's. */
  private readonly start: number;
  readonly end: number;

  /** `memory`: the section's bytes, where they are held. */
  constructor(
    source: ByteSource,
    section: BtfSection,
    base: BtfStrings | null,
    memory: Uint8Array | null = null,
  ) {
    this.source = source;
    this.memory = memory;
    this.section = section;
    this.base = base;
    this.start = base?.end ?? 0;
    this.end = this.start + section.size;
  }

  /** Without the closing zero; at most `MAX_STRING_BYTES`. Throws `BinaryFormatError` for an offset beyond the end. */
  bytesAt(offset: number): Uint8Array {
    if (this.base !== null && offset < this.start) return this.base.bytesAt(offset);
    if (offset >= this.end) {
      throw new BinaryFormatError('bad-value', SECTION, offset, `there are ${this.end} bytes`);
    }
    if (this.memory !== null) return this.inMemory(this.memory, offset - this.start);
    const { offset: from, size } = this.section;
    const range = { offset: from + offset - this.start, limit: from + size, maxBytes: MAX_STRING_BYTES };
    return readUntil(this.source, range, 0, SECTION);
  }

  /** '' for what has no name: offset 0 holds the empty string. */
  textAt(offset: number): string {
    return offset === 0 ? '' : decodeName(this.bytesAt(offset));
  }

  /** The same strings in memory, the base's too: for a pass that asks for thousands. */
  loaded(): BtfStrings {
    const { offset, size } = this.section;
    const bytes = readBytes(this.source, offset, size, SECTION);
    return new BtfStrings(this.source, this.section, this.base?.loaded() ?? null, bytes);
  }

  private inMemory(memory: Uint8Array, at: number): Uint8Array {
    const most = Math.min(memory.length, at + MAX_STRING_BYTES);
    let end = at;
    while (end < most && memory[end] !== 0) end++;
    return memory.subarray(at, end);
  }
}
