// GoCode: a file's table of Go functions together with where their code and their data lie.
import type { ElfFile } from '../elf/elf-file.ts';
import { hasAddresses } from './constants.ts';
import { findGoTable } from './find-table.ts';
import { FunctionTable } from './function-table.ts';
import type { GoTable } from './go-table.ts';
import { findModuleData } from './module-data.ts';

export interface GoCode {
  table: GoTable;
  functions: FunctionTable;
  /** What places of inlined calls count from; null where it is not known. */
  functionData: number | null;
}

/** Null where the file is none of Go's. Throws `BinaryFormatError`. `elf.source` stays in use. */
export function readGoCode(elf: ElfFile): GoCode | null {
  const table = findGoTable(elf);
  if (table === null) return null;
  const module = findModuleData(elf, table);
  const functions = FunctionTable.read(table, module?.text ?? textStart(elf, table));
  return {
    table,
    functions,
    functionData: hasAddresses(table.header.version) ? 0 : (module?.functionData ?? null),
  };
}

/** Without moduledata. Go 1.26 no longer says it in the table; Go's own linker begins `.text` there. */
function textStart(elf: ElfFile, table: GoTable): number {
  if (table.header.textStart !== 0 || hasAddresses(table.header.version)) return table.header.textStart;
  const text = elf.sections().find(({ name }) => name === '.text');
  if (text === undefined) table.fail('bad-value', 0, 'nothing says where the code begins');
  return text.address;
}
