// Headers of line programs (DWARF 5, 6.2.4; before that DWARF 4, 6.2.4).
import { AttributeReader } from './attribute-reader.ts';
import * as DW from './constants.ts';
import { checkAddressSize, MAX_INITIAL_LENGTH_BYTES, readInitialLength, type Encoding } from './encoding.ts';
import type { HotCursor } from './hot-cursor.ts';
import { LineFiles } from './line-files.ts';
import type { Unit } from './unit.ts';

export interface LineHeader extends Encoding {
  minInstructionLength: number;
  /** Operations of an instruction: 1 but on VLIW machines. */
  maxOperations: number;
  lineBase: number;
  lineRange: number;
  opcodeBase: number;
  /** Number of LEB128 operands of opcode i, at i - 1. */
  operandCounts: Uint8Array;
  files: LineFiles;
}

export interface LineProgramUnit {
  header: LineHeader;
  /** At the first instruction. */
  cursor: HotCursor;
  /** Position in the cursor's bytes. */
  end: number;
}

/** The largest known, of programs linked with link-time optimization, have 30 MB. */
const MAX_PROGRAM_BYTES = 256 << 20;

/** Reads the program at `offset` of .debug_line, for a unit that refers to it. Throws `BinaryFormatError`. */
export function readLineProgram(unit: Unit, offset: number): LineProgramUnit {
  const section = unit.file.line;
  const { length, offsetSize } = readInitialLength(section.at(offset, MAX_INITIAL_LENGTH_BYTES));
  const lengthBytes = offsetSize === 8 ? 12 : 4;
  if (length > MAX_PROGRAM_BYTES) section.at(offset, 0).fail('limit', `a line program of ${length} bytes`);
  const cursor = section.exactly(offset, lengthBytes + length);
  const end = cursor.at + lengthBytes + length;
  cursor.skip(lengthBytes);
  const version = cursor.u16();
  if (version < 2 || version > 5) cursor.fail('bad-value', `line program of version ${version}`);
  let { addressSize } = unit.header;
  if (version >= 5) {
    addressSize = checkAddressSize(cursor, cursor.u8());
    cursor.skip(1); // segment selector size
  }
  const headerLength = cursor.word(offsetSize);
  const program = cursor.at + headerLength;
  if (!(program <= end)) cursor.fail('bad-value', `a header of ${headerLength} bytes`);
  const header = readFields(cursor, { version, addressSize, offsetSize }, unit);
  if (version >= 5) readTables(cursor, header);
  else readOldTables(cursor, header.files, program);
  // The header says where it ends: a producer may have added something that is not known here.
  cursor.at = program;
  return { header, cursor, end };
}

function readFields(cursor: HotCursor, encoding: Encoding, unit: Unit): LineHeader {
  const minInstructionLength = cursor.u8();
  const maxOperations = encoding.version >= 4 ? cursor.u8() : 1;
  cursor.skip(1); // default_is_stmt: rows that begin no statement are rows too
  const lineBase = cursor.i8();
  const lineRange = cursor.u8();
  const opcodeBase = cursor.u8();
  const operandCounts = new Uint8Array(Math.max(0, opcodeBase - 1));
  for (let i = 0; i < operandCounts.length; i++) operandCounts[i] = cursor.u8();
  const { file } = unit;
  // In the table itself strings are of .debug_line; all others are where the unit has them.
  const string = (form: number, value: number): string =>
    form === DW.DW_FORM_string ? file.line.string(value) : unit.string(form, value);
  const files = new LineFiles(encoding.version, unit.compilationFolder, string);
  return {
    ...encoding,
    minInstructionLength,
    // Some producers write 0 and mean 1.
    maxOperations: Math.max(1, maxOperations),
    lineBase,
    lineRange,
    opcodeBase,
    operandCounts,
    files,
  };
}

/** Folders, then files, each list ended by an empty name. A header may end before them. */
function readOldTables(cursor: HotCursor, files: LineFiles, end: number): void {
  while (cursor.at < end && cursor.bytes[cursor.at] !== 0) {
    checkRoom(cursor, files);
    files.addFolder(DW.DW_FORM_string, cursor.offset);
    cursor.skipString();
  }
  cursor.at = Math.min(end, cursor.at + 1);
  while (cursor.at < end && cursor.bytes[cursor.at] !== 0) readOldFile(cursor, files);
}

/** Also what follows DW_LNE_define_file. */
export function readOldFile(cursor: HotCursor, files: LineFiles): void {
  checkRoom(cursor, files);
  const name = cursor.offset;
  cursor.skipString();
  files.addFile(DW.DW_FORM_string, name, cursor.uleb());
  cursor.skipLeb(); // time of modification
  cursor.skipLeb(); // bytes
}

/** Since DWARF 5 each list says which fields its entries have. */
function readTables(cursor: HotCursor, header: LineHeader): void {
  const { files } = header;
  readEntries(cursor, header, (form, value) => files.addFolder(form, value));
  readEntries(cursor, header, (form, value, folder) => files.addFile(form, value, folder));
}

function readEntries(
  cursor: HotCursor,
  header: LineHeader,
  add: (form: number, value: number, folder: number) => void,
): void {
  const formats: { content: number; form: number }[] = [];
  for (let count = cursor.u8(); count > 0; count--)
    formats.push({ content: cursor.uleb(), form: cursor.uleb() });
  const count = cursor.uleb();
  // An entry takes a byte at least: so the count bounds the loop.
  if (count > cursor.end - cursor.at) cursor.fail('truncated', `${count} entries`);
  if (count > 0 && !formats.some(({ content }) => content === DW.DW_LNCT_path)) {
    cursor.fail('bad-value', 'a table of files without names');
  }
  const reader = new AttributeReader(header);
  for (let i = 0; i < count; i++) {
    checkRoom(cursor, header.files);
    let [form, value, folder] = [0, 0, 0];
    for (const format of formats) {
      reader.read(cursor, format.form, 0);
      if (format.content === DW.DW_LNCT_path) [form, value] = [reader.form, reader.value];
      else if (format.content === DW.DW_LNCT_directory_index) folder = reader.value;
    }
    add(form, value, folder);
  }
}

function checkRoom(cursor: HotCursor, files: LineFiles): void {
  if (files.isFull) cursor.fail('limit', 'more source files than are read');
}
