// Notes, and the GNU build id among them.
import { BinaryFormatError } from '../binary-format-error.ts';
import { readBytes, type ByteSource } from '../byte-source.ts';
import { Cursor } from '../cursor.ts';
import { NT_GNU_BUILD_ID, PT_NOTE, SHT_NOTE } from './constants.ts';
import type { ElfHeader } from './header.ts';
import { readSections } from './sections.ts';
import type { Segment } from './segments.ts';

export interface Note {
  owner: string;
  type: number;
  desc: Uint8Array;
}

/** A build id stands in the first hundred bytes; notes of tens of kilobytes are build attributes. */
const MAX_NOTE_BYTES = 64 * 1024;
/** Programs have two or three. Without a cap a hostile file has the collector read gigabytes. */
const MAX_NOTE_REGIONS = 32;
const MAX_BUILD_ID_BYTES = 64;

/** Throws `BinaryFormatError` on a note that runs past the end. */
export function* notesOf(bytes: Uint8Array, littleEndian: boolean): Generator<Note> {
  const cursor = new Cursor(bytes, 'notes', littleEndian);
  while (cursor.remaining >= 12) {
    const nameSize = cursor.u32();
    const descSize = cursor.u32();
    const type = cursor.u32();
    // The name's length counts its closing zero; both fields are padded to 4 bytes (in GNU practice for 64 bits too).
    const name = cursor.bytes(nameSize);
    cursor.align(4);
    const desc = cursor.bytes(descSize);
    cursor.align(4);
    yield { owner: Buffer.from(name).toString('latin1').replace(/\0+$/, ''), type, desc };
  }
}

/**
 * The GNU build id, lower-case hex, or '' where there is none. PT_NOTE segments first, as the kernel does for
 * its mmap2 records, then sections. Malformed notes count as none: the file can still be told by its content.
 */
export function readBuildId(source: ByteSource, header: ElfHeader, segments: readonly Segment[]): string {
  const fromSegments = segments.filter((segment) => segment.type === PT_NOTE);
  const id = firstBuildId(
    source,
    header,
    fromSegments.map(({ offset, filesz }) => ({ offset, size: filesz })),
  );
  if (id !== '') return id;
  return tolerant(() => {
    const sections = readSections(source, header).filter((section) => section.type === SHT_NOTE);
    return firstBuildId(source, header, sections);
  });
}

function firstBuildId(
  source: ByteSource,
  header: ElfHeader,
  regions: readonly { offset: number; size: number }[],
): string {
  for (const { offset, size } of regions.slice(0, MAX_NOTE_REGIONS)) {
    const id = tolerant(() => buildIdIn(source, header, offset, size));
    if (id !== '') return id;
  }
  return '';
}

function buildIdIn(source: ByteSource, header: ElfHeader, offset: number, size: number): string {
  const bytes = readBytes(source, offset, Math.min(size, MAX_NOTE_BYTES), 'notes');
  for (const note of notesOf(bytes, header.littleEndian)) {
    if (note.owner !== 'GNU' || note.type !== NT_GNU_BUILD_ID) continue;
    if (note.desc.length === 0 || note.desc.length > MAX_BUILD_ID_BYTES) continue;
    return Buffer.from(note.desc).toString('hex');
  }
  return '';
}

function tolerant(read: () => string): string {
  try {
    return read();
  } catch (error) {
    if (error instanceof BinaryFormatError) return '';
    throw error;
  }
}
