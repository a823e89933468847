// Writes line programs, header and instructions.
import * as DW from '../../src/symbolizer/dwarf/constants.ts';
import { ByteWriter } from './byte-writer.ts';
import type { Layout } from './dwarf-writer.ts';

export interface WrittenLines extends Layout {
  folders?: string[];
  /** Name and index of the folder. */
  files?: [string, number][];
  minInstructionLength?: number;
  maxOperations?: number;
  lineBase?: number;
  lineRange?: number;
  opcodeBase?: number;
  program: number[];
}

/** Operands of the opcodes 1 to 12. */
const OPERAND_COUNTS = [0, 1, 1, 1, 1, 0, 0, 0, 1, 0, 0, 1];

/** Instructions as bytes. */
export const line = {
  setAddress: (address: number | bigint, size = 8, littleEndian = true) => [
    ...[0, size + 1, DW.DW_LNE_set_address],
    ...new ByteWriter(littleEndian).int(address, size).finish(),
  ],
  endSequence: [0, 1, DW.DW_LNE_end_sequence],
  copy: [DW.DW_LNS_copy],
  advancePc: (by: number | bigint) => [DW.DW_LNS_advance_pc, ...new ByteWriter().uleb(by).finish()],
  advanceLine: (by: number) => [DW.DW_LNS_advance_line, ...new ByteWriter().sleb(by).finish()],
  setFile: (file: number) => [DW.DW_LNS_set_file, ...new ByteWriter().uleb(file).finish()],
  setColumn: (column: number) => [DW.DW_LNS_set_column, ...new ByteWriter().uleb(column).finish()],
  constAddPc: [DW.DW_LNS_const_add_pc],
  fixedAdvancePc: (by: number) => [DW.DW_LNS_fixed_advance_pc, by & 0xff, by >> 8],
  defineFile: (name: string, folder: number) => {
    const operands = new ByteWriter().string(name).uleb(folder).uleb(0).uleb(0).finish();
    return [0, operands.length + 1, DW.DW_LNE_define_file, ...operands];
  },
  /** By bytes and lines, with the standard bases: -5, 14, 13. */
  special: (bytes: number, lines: number) => [13 + 14 * bytes + (lines + 5)],
} as const;

/** One program of .debug_line. */
export function writeLines(lines: WrittenLines): Uint8Array {
  const { version = 4, wide = false, littleEndian = true, addressSize = 8 } = lines;
  const offsetSize = wide ? 8 : 4;
  const body = new ByteWriter(littleEndian);
  body.u8(lines.minInstructionLength ?? 1);
  if (version >= 4) body.u8(lines.maxOperations ?? 1);
  body.u8(1); // default_is_stmt
  const { lineBase = -5, lineRange = 14, opcodeBase = 13 } = lines;
  body.int(lineBase, 1).u8(lineRange).u8(opcodeBase);
  for (let i = 0; i < opcodeBase - 1; i++) body.u8(OPERAND_COUNTS[i] ?? 2);
  writeTables(body, lines, version);
  const unit = new ByteWriter(littleEndian).u16(version);
  if (version >= 5) unit.u8(addressSize).u8(0);
  unit.int(body.length, offsetSize).raw(body.finish()).raw(lines.program);
  const out = new ByteWriter(littleEndian);
  if (wide) out.u32(0xffff_ffff);
  return out.int(unit.length, offsetSize).raw(unit.finish()).finish();
}

function writeTables(body: ByteWriter, { folders = [], files = [] }: WrittenLines, version: number): void {
  if (version >= 5) {
    body.u8(1).uleb(DW.DW_LNCT_path).uleb(DW.DW_FORM_string).uleb(folders.length);
    for (const folder of folders) body.string(folder);
    // An MD5 sum (5) is passed over.
    body.u8(3).uleb(DW.DW_LNCT_path).uleb(DW.DW_FORM_string);
    body.uleb(5).uleb(DW.DW_FORM_data16).uleb(DW.DW_LNCT_directory_index).uleb(DW.DW_FORM_udata);
    body.uleb(files.length);
    for (const [name, folder] of files) body.string(name).raw(new Uint8Array(16)).uleb(folder);
    return;
  }
  for (const folder of folders) body.string(folder);
  body.u8(0);
  for (const [name, folder] of files) body.string(name).uleb(folder).uleb(0).uleb(0);
  body.u8(0);
}
