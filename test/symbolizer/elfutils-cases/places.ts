// What a question asks about: addresses in ELF files, however the script says them.
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { MemorySource } from '../../../src/binary/byte-source.ts';
import { ElfFile } from '../../../src/binary/elf/elf-file.ts';
import { readelfSymbols } from '../../support/readelf-oracle.ts';
import { fileBytes } from '../../support/symbolizer-fixtures.ts';
import { coreModules } from './core-modules.ts';
import type { Question } from './script-questions.ts';

export interface Place {
  path: string;
  /** ELF virtual address in the file. */
  address: number;
  /** As it was asked for: in a process where there is one. */
  given: number;
}

/** A file in an address space. */
export interface Module {
  path: string;
  /** Address of its first page. */
  start: number;
}

const PAGE = 4096;

export function elfFileAt(path: string): ElfFile {
  return new ElfFile(new MemorySource(fileBytes(path)));
}

/** In the order of `asked`. */
export function placesOf(question: Question): Place[] {
  const { executable, debugFolder } = question.options;
  if (executable !== null && debugFolder !== null) linkDebugFile(executable, debugFolder);
  const modules = modulesOf(question);
  return question.asked.map((text) =>
    /^(?:0x)?[0-9a-f]+$/i.test(text)
      ? placeOf(Number.parseInt(text, 16), executable, modules)
      : placeOfSymbol(text, executable!, modules),
  );
}

/** None where addresses are those of the file. */
function modulesOf({ options: { maps, core }, folder }: Question): Module[] {
  if (maps !== null) return mapsModules(maps);
  return core === null ? [] : coreModules(core, folder);
}

/** Of lines as in /proc/PID/maps. The scripts' own do not tell file offsets: the first mapping of a file counts. */
function mapsModules(maps: string): Module[] {
  const rows = [...readFileSync(maps, 'utf8').matchAll(/^([0-9a-f]+)-.*\s(\/.*)$/gm)];
  return rows
    .map(([, start = '', path = '']) => ({ path, start: Number.parseInt(start, 16) }))
    .filter(({ path }, i, all) => all.findIndex((other) => other.path === path) === i);
}

function placeOf(given: number, executable: string | null, modules: readonly Module[]): Place {
  if (modules.length === 0) return { path: executable!, address: given, given };
  const around = modules
    .filter(({ start }) => start <= given)
    .reduce((nearest, module) => (module.start > nearest.start ? module : nearest));
  return { path: around.path, address: given - biasOf(around), given };
}

function biasOf({ path, start }: Module): number {
  const base = elfFileAt(path).baseAddress();
  return start - (base - (base % PAGE));
}

/** `foo`, `foo+0x1` */
function placeOfSymbol(text: string, executable: string, modules: readonly Module[]): Place {
  const [, name, offset = '+0'] = /^([^-+]+)([-+].*)?$/.exec(text)!;
  const symbols = [...readelfSymbols(executable).values()].flat();
  const symbol = symbols.find(
    (each) => each.name === name && !['SECTION', 'FILE', 'TLS'].includes(each.type),
  );
  if (symbol === undefined) throw new Error(`no symbol ${name} in ${executable}`);
  const start = behindDescriptor(elfFileAt(executable), symbol.address);
  const address = start + Number(offset.slice(1)) * (offset.startsWith('-') ? -1 : 1);
  const module = modules.find(({ path }) => path === executable);
  return { path: executable, address, given: address + (module === undefined ? 0 : biasOf(module)) };
}

/** 64-bit PowerPC, version 1 of the ABI: symbols in .opd are those of descriptors, which begin with the code's address. */
function behindDescriptor(elf: ElfFile, address: number): number {
  const opd = elf.sections().find((each) => each.name === '.opd');
  if (opd === undefined || address < opd.address || address >= opd.address + opd.size) return address;
  return elf.cursor(opd.offset + address - opd.address, 8, opd.name).u64Number();
}

/** We have no option for another root of debug files: `.debug` beside the file is one that needs none. */
function linkDebugFile(executable: string, debugFolder: string): void {
  const wanted = `${basename(executable)}.debug`;
  const found = readdirSync(debugFolder, { recursive: true, encoding: 'utf8' }).find(
    (path) => basename(path) === wanted,
  );
  const link = join(dirname(executable), '.debug', wanted);
  mkdirSync(dirname(link), { recursive: true });
  if (found !== undefined && !existsSync(link)) symlinkSync(join(debugFolder, found), link);
}
