// Unwind tables as text, one row a line: what tests compare.
import { MemorySource } from '../../src/binary/byte-source.ts';
import { AddressTable } from '../../src/unwind/address-table.ts';
import { wordNotation } from '../../src/unwind/notation.ts';
import { unsupportedReason } from '../../src/unwind/unwind-table.ts';
import { CfiWriter, writeCfiElf, type WrittenCie } from './cfi-writer.ts';

/** Where the code of `functionRows` begins, and how long it is. */
export const CODE = { address: 0x40_0000, size: 0x1000 };

/** `0x400000 RSP+8 same [CFA-8]`; `-` where nothing covers it; `unsupported:REASON`. Or the reason for no table. */
export function rowsOf(elf: Uint8Array): string[] | string {
  const table = AddressTable.of(new MemorySource(elf));
  if (!(table instanceof AddressTable)) return table.reason;
  const rows: string[] = [];
  table.forEachRow((address, rule) => {
    const reason = unsupportedReason(rule);
    const { cfa, fp, ra } = wordNotation(rule, table.machine);
    const text =
      reason !== null ? `unsupported:${reason}` : cfa === null ? '-' : `${cfa} ${fp ?? 'same'} ${ra!}`;
    rows.push(`0x${address.toString(16)} ${text}`);
  });
  return rows;
}

/** Rows of one function of 0x100 bytes at CODE.address, addresses from its start: `+4 RSP+16 same [CFA-8]`. */
export function functionRows(instructions: number[], cie: WrittenCie = {}, machine = 62): string[] {
  const writer = new CfiWriter();
  const at = writer.cie(cie);
  writer.fde(at, { start: CODE.address, length: 0x100, instructions });
  const elf = writeCfiElf({ text: CODE, sections: [{ name: '.eh_frame', bytes: writer.finish() }], machine });
  const rows = rowsOf(elf);
  if (typeof rows === 'string') return [rows];
  return rows
    .map((row) => row.replace(/^0x(\w+)/, (_, hex: string) => `+${Number.parseInt(hex, 16) - CODE.address}`))
    .filter((row) => row !== '+256 -');
}
