// What Go's runtime knows of its own program and the function table does not say: where its code begins, and where
// its functions' data lie (runtime/symtab.go, moduledata). Found by its pointer to the table, in stripped files too.
import { BinaryFormatError } from '../binary-format-error.ts';
import type { ElfFile } from '../elf/elf-file.ts';
import { GO_1_18, GO_1_20 } from './constants.ts';
import { findBytes } from './find-bytes.ts';
import type { GoTable } from './go-table.ts';
import { LoaderPointers, pointerBytes } from './loader-pointers.ts';
import { MappedPlaces } from './mapped-place.ts';

export interface ModuleData {
  /** Address that function offsets count from. */
  text: number;
  /** Address that offsets of functions' data count from (`go:func.*`), or null where it cannot be told. */
  functionData: number | null;
}

// Indices of words. A slice is three.
const FUNCNAMETAB = 1;
const PCLNTABLE = 13;
const TEXT = 22;
/** Go 1.20 added covctrs and ecovctrs before it. */
const GOFUNC = new Map<number, number>([
  [GO_1_18, 38],
  [GO_1_20, 40],
]);
const WORDS = 41;

/** Data sections of the largest programs have tens of megabytes. */
const MAX_SEARCHED_BYTES = 512 << 20;
/** Besides moduledata's own few things point to the table's first byte. */
const MAX_CANDIDATES = 64;

/** Null where there is none that fits the table, and for tables of before Go 1.18, which do without. */
export function findModuleData(elf: ElfFile, table: GoTable): ModuleData | null {
  const gofunc = GOFUNC.get(table.header.version);
  if (gofunc === undefined || table.range.address === 0) return null;
  const places = new MappedPlaces(elf);
  const inFile = first(inPlace(elf, table), (address) => {
    return moduleDataAt(address, table, places, new Map(), gofunc);
  });
  return inFile ?? relocated(elf, table, places, gofunc);
}

function relocated(elf: ElfFile, table: GoTable, places: MappedPlaces, gofunc: number): ModuleData | null {
  const bytes = WORDS * table.header.pointerBytes;
  try {
    const pointers = new LoaderPointers(elf, places);
    return first(pointers.to(table.range.address, MAX_CANDIDATES), (address) => {
      return moduleDataAt(address, table, places, pointers.within(address, address + bytes), gofunc);
    });
  } catch (error) {
    // Relocations that cannot be read cost the inlined calls, not the functions.
    if (error instanceof BinaryFormatError) return null;
    throw error;
  }
}

/** Addresses of pointers to the table that stand in the file. */
function* inPlace(elf: ElfFile, table: GoTable): Generator<number> {
  const { littleEndian, is64 } = elf.header;
  const needle = pointerBytes(table.range.address, is64, littleEndian);
  let budget = MAX_SEARCHED_BYTES;
  // Linkers put variables, moduledata among them, behind code and constants.
  for (const segment of elf.loads().reverse()) {
    const size = Math.min(segment.filesz, elf.source.size - segment.offset, budget);
    if (segment.executable || size <= 0) continue;
    budget -= size;
    for (const place of findBytes(
      elf.source,
      segment.offset,
      size,
      [needle],
      needle.length,
      MAX_CANDIDATES,
    )) {
      yield place - segment.offset + segment.vaddr;
    }
  }
}

function moduleDataAt(
  address: number,
  table: GoTable,
  places: MappedPlaces,
  filledIn: ReadonlyMap<number, number>,
  gofunc: number,
): ModuleData | null {
  const { range, header, pages } = table;
  const at = places.find(address, WORDS * header.pointerBytes);
  if (at === null) return null;
  const word = (index: number): number => {
    const offset = index * header.pointerBytes;
    return filledIn.get(address + offset) ?? pages.pointer(at + offset, header.pointerBytes);
  };
  const fits = word(FUNCNAMETAB) === range.address + header.names;
  if (!fits || word(PCLNTABLE) !== range.address + header.functions) return null;
  const functionData = word(gofunc);
  return { text: word(TEXT), functionData: places.find(functionData, 1) === null ? null : functionData };
}

function first<T>(addresses: Iterable<number>, read: (address: number) => T | null): T | null {
  for (const address of addresses) {
    const found = read(address);
    if (found !== null) return found;
  }
  return null;
}
