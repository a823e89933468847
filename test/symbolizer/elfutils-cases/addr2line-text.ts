// What our symbolizer says, as elfutils' addr2line prints it.
import { ET_REL } from '../../../src/binary/elf/constants.ts';
import type { ElfFile } from '../../../src/binary/elf/elf-file.ts';
import type { Section } from '../../../src/binary/elf/sections.ts';
import { shortName } from '../../../src/model/short-name.ts';
import { demangle } from '../../../src/symbolizer/demangle/demangle.ts';
import type { FileSymbolizer } from '../../../src/symbolizer/file-symbolizer.ts';
import type { SourceFrame } from '../../../src/symbolizer/source-frame.ts';
import { elfFileAt, type Place } from './places.ts';
import type { Options } from './script-questions.ts';

/** How far before an address its symbol is looked for. */
const MAX_OFFSET = 4096;
const ET_DYN = 3;

/**
 * Lines of output, in two spellings: with the linker's name of a function, which we show, and with that which DWARF has
 * of a C++ function that it tells no linkage name of (`foobar` for `_Z6foobarv`), which elfutils prefers.
 */
export async function answerTexts(
  file: FileSymbolizer,
  place: Place,
  options: Options,
): Promise<[string[], string[]]> {
  const { frames } = await file.at(place.address);
  const elf = elfFileAt(place.path);
  const symbol = options.symbols ? await symbolText(file, place, frames, elf, options) : '';
  const text = (name: Parts['name']) =>
    linesOf(frames, { symbol, address: addressText(place, elf), name }, options);
  const linkage = (name: string) => (options.demangle ? demangle(name) : name);
  return [text(linkage), text((name) => shortName(demangle(name)))];
}

interface Parts {
  symbol: string;
  address: string;
  name: (linkage: string) => string;
}

function linesOf(
  frames: readonly SourceFrame[],
  { symbol, address, name }: Parts,
  options: Options,
): string[] {
  const [first, ...callers] = frames;
  const { pretty } = options;
  const head: string[] = [];
  if (options.functions) head.push(first === undefined ? '??' : functionText(first, callers, name, pretty));
  if (options.symbols) head.push(symbol);
  const inlinedBy = options.inlines ? callers : [];
  if (pretty) {
    const where = [...head, first === undefined ? '??:0' : lineText(first)].join(' at ');
    const further = inlinedBy.map((frame) => ` (inlined by) ${name(frame.name)} at ${lineText(frame)}`);
    return [`${options.addresses ? `${address}: ` : ''}${where}`, ...further];
  }
  return [
    ...(options.addresses ? [address] : []),
    ...head,
    first === undefined ? '??:0' : lineText(first),
    ...inlinedBy.flatMap((frame) => [...(options.functions ? [name(frame.name)] : []), lineText(frame)]),
  ];
}

function functionText(
  first: SourceFrame,
  callers: readonly SourceFrame[],
  name: Parts['name'],
  pretty: boolean,
): string {
  const [caller] = callers;
  if (caller === undefined || pretty) return name(first.name);
  // The function that is inlined into is told by its symbol.
  return `${name(first.name)} inlined at ${lineText(caller)} in ${name(callers.at(-1)!.name)}`;
}

function lineText({ file, line, column }: SourceFrame): string {
  if (line === 0) return '??:0';
  return column === 0 ? `${file}:${line}` : `${file}:${line}:${column}`;
}

function addressText({ given }: Place, { header }: ElfFile): string {
  return `0x${given.toString(16).padStart(header.is64 ? 16 : 8, '0')}`;
}

/** `name+0x12 (.text)`; `(.text)+0x12` where nothing names the address. */
async function symbolText(
  file: FileSymbolizer,
  { address }: Place,
  frames: readonly SourceFrame[],
  elf: ElfFile,
  { sections }: Options,
): Promise<string> {
  const section = sectionAt(elf, address);
  const name = frames.at(-1)?.name;
  if (name === undefined) {
    if (elf.header.type === ET_REL)
      return `(${section?.name ?? ''})+${hex(address - (section?.address ?? 0))}`;
    return elf.header.type === ET_DYN ? `()+${hex(address - elf.baseAddress())}` : '??';
  }
  const offset = address - (await startOf(file, name, address));
  const where = sections && section !== undefined ? ` (${section.name})` : '';
  return `${name}${offset === 0 ? '' : `+${hex(offset)}`}${where}`;
}

/** The first address with the name, which others may be nested in. */
async function startOf(file: FileSymbolizer, name: string, address: number): Promise<number> {
  let start = address;
  for (let at = address; at >= Math.max(0, address - MAX_OFFSET); at--) {
    if ((await file.at(at)).frames.at(-1)?.name === name) start = at;
  }
  return start;
}

/** The one with code, where sections lie at the same addresses (of relocatable files). */
function sectionAt(elf: ElfFile, address: number): Section | undefined {
  const around = elf
    .sections()
    .filter((each) => each.address <= address && address < each.address + each.size);
  return around.find(({ executable }) => executable) ?? around.find((each) => each.address > 0);
}

/** Whether there is code, by sections, or by segments where the file has no sections. */
export function isCode({ path, address }: Place): boolean {
  const elf = elfFileAt(path);
  if (elf.header.sectionHeaders.count > 0) return sectionAt(elf, address)?.executable === true;
  const loads = elf.loads().filter(({ executable }) => executable);
  return loads.some(({ vaddr, filesz }) => address >= vaddr && address < vaddr + filesz);
}

/** printf's `%#x` */
function hex(value: number): string {
  return value === 0 ? '0' : `0x${value.toString(16)}`;
}
