// Which files a core file is of, and where they lay: by its note, or by their headers where those were dumped.
import { readdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { MemorySource } from '../../../src/binary/byte-source.ts';
import { Cursor } from '../../../src/binary/cursor.ts';
import { PT_LOAD, PT_NOTE } from '../../../src/binary/elf/constants.ts';
import { readElfHeader } from '../../../src/binary/elf/header.ts';
import { notesOf } from '../../../src/binary/elf/notes.ts';
import { fileBytes } from '../../support/symbolizer-fixtures.ts';
import type { Module } from './places.ts';

/** "FILE", linux/elfcore.h */
const NT_FILE = 0x4649_4c45;
/** ELF header and program headers of a program with a dozen segments. */
const HEADER_BYTES = 512;
const ET_CORE = 4;

/** Of 64 bits. Our own reader refuses the vsyscall page, whose address is beyond 2^53. */
interface Core {
  littleEndian: boolean;
  segments: { type: number; vaddr: number; bytes: Uint8Array }[];
}

/** Files are looked for in `folder`; an image that is none of them (the vDSO) becomes one. */
export function coreModules(path: string, folder: string): Module[] {
  const core = readCore(fileBytes(path));
  const candidates = readdirSync(folder)
    .map((name) => join(folder, name))
    .filter((each) => isElfButCore(fileBytes(each)));
  const modules = [...notedModules(core, candidates), ...dumpedModules(core, path, candidates)];
  // A data segment may be mapped from the front of the file again.
  return modules.filter((module, i) => modules.findIndex((other) => other.path === module.path) === i);
}

function readCore(bytes: Uint8Array): Core {
  const { littleEndian, programHeaders } = readElfHeader(new MemorySource(bytes));
  const cursor = new Cursor(bytes, 'core', littleEndian);
  cursor.seek(programHeaders.offset);
  const segments = Array.from({ length: programHeaders.count }, () => {
    // Elf64_Phdr: type, flags, offset, vaddr, paddr, filesz, memsz, align
    const header = cursor.sub(programHeaders.entrySize);
    const type = header.u32();
    header.skip(4);
    const offset = header.u64Number();
    const vaddr = Number(header.u64());
    header.skip(8);
    return { type, vaddr, bytes: bytes.subarray(offset, offset + header.u64Number()) };
  });
  return { littleEndian, segments };
}

/** NT_FILE: a count, the unit of offsets, then start, end and offset of each mapping, then their paths. */
function notedModules({ littleEndian, segments }: Core, candidates: readonly string[]): Module[] {
  const notes = segments.filter(({ type }) => type === PT_NOTE);
  const note = notes
    .flatMap(({ bytes }) => [...notesOf(bytes, littleEndian)])
    .find(({ type }) => type === NT_FILE);
  if (note === undefined) return [];
  const cursor = new Cursor(note.desc, 'NT_FILE', littleEndian);
  const count = cursor.u64Number();
  cursor.skip(8);
  const rows = Array.from({ length: count }, () => [0, 0, 0].map(() => cursor.u64Number()));
  return rows.flatMap(([start = 0, , offset]) => {
    const name = basename(cursor.cstring());
    const path = candidates.find((candidate) => basename(candidate) === name);
    return path === undefined || offset !== 0 ? [] : [{ path, start }];
  });
}

/** Linux dumps the first page of each ELF file that is mapped (core(5), coredump_filter). */
function dumpedModules({ segments }: Core, core: string, candidates: readonly string[]): Module[] {
  const images = segments.filter(({ type, bytes }) => type === PT_LOAD && isElfButCore(bytes));
  return images.map(({ vaddr, bytes }) => {
    const header = Buffer.from(bytes.subarray(0, HEADER_BYTES));
    const same = candidates.find((path) => header.equals(fileBytes(path).subarray(0, HEADER_BYTES)));
    return { path: same ?? written(`${core}-${vaddr.toString(16)}`, bytes), start: vaddr };
  });
}

function written(path: string, bytes: Uint8Array): string {
  writeFileSync(path, bytes);
  return path;
}

function isElfButCore(bytes: Uint8Array): boolean {
  const isElf = Buffer.from(bytes.subarray(0, 4)).toString('latin1') === '\x7fELF';
  return isElf && readElfHeader(new MemorySource(bytes)).type !== ET_CORE;
}
