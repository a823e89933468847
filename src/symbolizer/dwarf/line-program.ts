// The interpreter of line programs (DWARF 5, 6.2.5): from instructions to rows.
import * as DW from './constants.ts';
import { readOldFile, type LineHeader, type LineProgramUnit } from './line-header.ts';
import type { HotCursor } from './hot-cursor.ts';
import type { LineRows } from './line-rows.ts';

/** What does not fit is unknown: 65,535 columns, and files up to the cap of the table. */
const MAX_COLUMN = 0xffff;
const MAX_FILE = 0xffff_ffff;

/** Runs a whole program. Throws `BinaryFormatError`. */
export function runLineProgram({ header, cursor, end }: LineProgramUnit, rows: LineRows): void {
  const machine = new LineMachine(header, rows);
  while (cursor.at < end) {
    const opcode = cursor.u8();
    if (opcode >= header.opcodeBase) machine.special(cursor, opcode);
    else if (opcode === 0) machine.extended(cursor);
    else machine.standard(cursor, opcode);
  }
}

/** The registers of 6.2.2 that a look-up needs. */
class LineMachine {
  private readonly header: LineHeader;
  private readonly rows: LineRows;
  private address = 0;
  private operation = 0;
  private file = 1;
  private line = 1;
  private column = 0;

  constructor(header: LineHeader, rows: LineRows) {
    this.header = header;
    this.rows = rows;
  }

  special(cursor: HotCursor, opcode: number): void {
    const { lineBase, opcodeBase } = this.header;
    const adjusted = opcode - opcodeBase;
    const range = this.lineRange(cursor);
    const quotient = (adjusted / range) | 0;
    this.advance(quotient);
    this.line = (this.line + lineBase + (adjusted - quotient * range)) >>> 0;
    this.addRow();
  }

  /** The most frequent ones first. */
  standard(cursor: HotCursor, opcode: number): void {
    switch (opcode) {
      case DW.DW_LNS_set_column: {
        const column = cursor.uleb();
        this.column = column > MAX_COLUMN ? 0 : column;
        return;
      }
      case DW.DW_LNS_negate_stmt:
        return; // rows that begin no statement are rows too
      case DW.DW_LNS_advance_line:
        this.line = (this.line + cursor.sleb()) >>> 0;
        return;
      case DW.DW_LNS_copy:
        return this.addRow();
      case DW.DW_LNS_advance_pc:
        return this.advance(cursor.uleb());
      case DW.DW_LNS_set_file:
        this.file = Math.min(cursor.uleb(), MAX_FILE);
        return;
      case DW.DW_LNS_const_add_pc:
        return this.advance(Math.trunc((255 - this.header.opcodeBase) / this.lineRange(cursor)));
      case DW.DW_LNS_fixed_advance_pc:
        this.address += cursor.u16();
        this.operation = 0;
        return;
      default:
        return this.skipOperands(cursor, opcode);
    }
  }

  /** Lengths are told, so what is not known can be passed over. */
  extended(cursor: HotCursor): void {
    const length = cursor.uleb();
    const start = cursor.at;
    cursor.skip(length);
    const next = cursor.at;
    if (length === 0) return;
    cursor.at = start;
    this.runExtended(cursor, cursor.u8(), length - 1);
    cursor.at = next;
  }

  private runExtended(cursor: HotCursor, opcode: number, operandBytes: number): void {
    switch (opcode) {
      case DW.DW_LNE_end_sequence:
        this.rows.endSequence(this.address);
        this.reset();
        return;
      case DW.DW_LNE_set_address:
        if (operandBytes !== 4 && operandBytes !== 8)
          cursor.fail('bad-value', `an address of ${operandBytes} bytes`);
        this.address = cursor.word(operandBytes);
        this.operation = 0;
        return;
      case DW.DW_LNE_define_file:
        return readOldFile(cursor, this.header.files);
      default: // discriminators, and what vendors added
    }
  }

  private reset(): void {
    this.address = 0;
    this.operation = 0;
    this.file = 1;
    this.line = 1;
    this.column = 0;
  }

  private addRow(): void {
    this.rows.add(this.address, this.file, this.line, this.column);
  }

  /** By operations: on VLIW machines an instruction holds several. */
  private advance(operations: number): void {
    const { minInstructionLength, maxOperations } = this.header;
    if (maxOperations === 1) {
      this.address += minInstructionLength * operations;
      return;
    }
    const sum = this.operation + operations;
    this.address += minInstructionLength * Math.floor(sum / maxOperations);
    this.operation = sum % maxOperations;
  }

  /** Only programs that never use it may have 0. */
  private lineRange(cursor: HotCursor): number {
    const { lineRange } = this.header;
    return lineRange > 0 ? lineRange : cursor.fail('bad-value', 'a line range of 0');
  }

  /** Opcodes that say nothing of rows, and those that are not known. */
  private skipOperands(cursor: HotCursor, opcode: number): void {
    for (let count = this.header.operandCounts[opcode - 1]!; count > 0; count--) cursor.skipLeb();
  }
}
