// A file's unwind table by virtual address, as other tools speak of it.
import type { ByteSource } from '../binary/byte-source.ts';
import { ElfFile } from '../binary/elf/elf-file.ts';
import { CodeSegments } from './code-segments.ts';
import { compileUnwindTable, type CompileFailure } from './compile-table.ts';
import { machineOf, type Machine } from './machine.ts';
import type { Rule } from './rule.ts';
import { decodeUnwindTable, type UnwindTable } from './unwind-table.ts';

const NOWHERE = -1;

export class AddressTable {
  readonly machine: Machine;
  readonly table: UnwindTable;
  private readonly code: CodeSegments;

  private constructor(machine: Machine, table: UnwindTable, code: CodeSegments) {
    this.machine = machine;
    this.table = table;
    this.code = code;
  }

  static of(source: ByteSource): AddressTable | { ok: false; reason: CompileFailure } {
    const compiled = compileUnwindTable(source);
    if (!compiled.ok) return compiled;
    const elf = new ElfFile(source);
    const machine = machineOf(elf.header.machine)!;
    return new AddressTable(machine, decodeUnwindTable(compiled.table), new CodeSegments(elf));
  }

  /** The rule at a virtual address; CFA.NONE where there is none, or no code. */
  find(address: number): Rule {
    const segment = this.code.find(address);
    return this.table.rule(segment === undefined ? 0 : this.table.find(address - segment.bias));
  }

  /** True where the file has executable bytes. */
  isCode(address: number): boolean {
    return this.code.find(address) !== undefined;
  }

  /** Calls for every row, ascending; where rules end there is a row that says so. */
  forEachRow(visit: (address: number, rule: Rule) => void): void {
    const none = this.table.rule(0);
    let end = NOWHERE;
    this.table.forEachRange((start, until, number) => {
      const address = this.code.addressOf(start);
      // A segment that is covered to its end has no address for the gap behind it.
      if (end !== NOWHERE && address !== end) visit(end, none);
      if (address !== null) visit(address, this.table.rule(number));
      end = address === null || number === 0 ? NOWHERE : address + until - start;
    });
    if (end !== NOWHERE) visit(end, none);
  }
}
