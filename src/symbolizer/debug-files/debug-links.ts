// What an ELF file says about its companions: .gnu_debuglink and .gnu_debugaltlink.
import { readSectionBytes } from '../../binary/elf/sections.ts';
import type { ElfFile } from '../../binary/elf/elf-file.ts';
import type { Cursor } from '../../binary/cursor.ts';
import { findSection } from '../elf/elf-debug-sections.ts';

/** PATH_MAX, a build id, a checksum. */
const MAX_LINK_BYTES = 4096 + 64;
const utf8 = new TextDecoder('utf-8', { fatal: true });

export interface DebugLink {
  /** A file name without folders. */
  name: string;
  /** CRC-32 of the whole debug file. */
  crc32: number;
}

/** `objcopy --add-gnu-debuglink`: name, padding to 4 bytes, checksum. Null where there is none that can be used. */
export function readDebugLink(elf: ElfFile): DebugLink | null {
  const cursor = linkSection(elf, '.gnu_debuglink');
  if (cursor === null) return null;
  const name = decode(cursor.cstringBytes());
  cursor.align(4);
  const crc32 = cursor.u32();
  return name === null || !isFileName(name) ? null : { name, crc32 };
}

export interface AltLink {
  /** Absolute, or relative to the folder of the file that has the link. */
  path: string;
  /** Lower-case hex. */
  buildId: string;
}

/** `dwz -m`: path and build id of the supplementary file. Null where there is none that can be used. */
export function readAltLink(elf: ElfFile): AltLink | null {
  const cursor = linkSection(elf, '.gnu_debugaltlink');
  if (cursor === null) return null;
  const path = decode(cursor.cstringBytes());
  const buildId = Buffer.from(cursor.bytes(cursor.remaining)).toString('hex');
  return path === null || path === '' ? null : { path, buildId };
}

function linkSection(elf: ElfFile, name: string): Cursor | null {
  const section = findSection(elf, name);
  if (section === undefined) return null;
  return readSectionBytes(elf.source, section, MAX_LINK_BYTES, elf.header.littleEndian);
}

/** Null for what is not UTF-8: a path of other bytes could not be opened by its text. */
function decode(bytes: Uint8Array): string | null {
  try {
    return utf8.decode(bytes);
  } catch {
    return null;
  }
}

function isFileName(name: string): boolean {
  return name !== '' && name !== '.' && name !== '..' && !name.includes('/') && name.length <= 255;
}
