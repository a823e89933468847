// Jitdump: `jit-PID.dump`, records of code with names and lines, which just-in-time compilers append to.
import { BinaryFormatError } from '../../binary/binary-format-error.ts';
import { readCursor, readUntil, type ByteSource } from '../../binary/byte-source.ts';
import type { SourceFrame } from '../source-frame.ts';
import { decodeName, MAX_NAME_BYTES } from '../../binary/symbol-name.ts';
import { AskedCode } from './asked-code.ts';
import { CodeMap } from './code-map.ts';
import { FileMark } from './file-mark.ts';
import type { JitCode } from './jit-code.ts';
import { jitFrames } from './jit-name.ts';
import { HEADER_BYTES, JIT_CODE_DEBUG_INFO, LOAD_BYTES, RECORD_HEADER_BYTES } from './jitdump-constants.ts';
import { JitdumpEntries, NO_LINES, type JitdumpEntry } from './jitdump-entries.ts';
import { readJitdumpHeader, type JitdumpHeader } from './jitdump-header.ts';
import { JitdumpLines, type JitLine } from './jitdump-lines.ts';
import { JitdumpRecords } from './jitdump-records.ts';
import { v8File } from './v8-name.ts';

const MAX_ROWS = 1_000_000;
/** Of one function: 50,000 lines. */
const MAX_LINES_BYTES = 1 << 20;
/** Tables of lines kept decoded: addresses that are asked for together lie in few functions. */
const MAX_TABLES = 8;
/** Entries without code are kept until they are as many as those with. */
const LEAST_DEAD = 1024;

/**
 * A later record wins over earlier ones of the same addresses. The time of a record is not looked at: an address is given
 * the name of the code that stands there now, which for a sample is wrong where other code has taken its place in the
 * seconds between sample and look-up.
 */
export class Jitdump implements JitCode {
  /** Null until the file has one: V8 writes 4 KiB at a time. */
  header: JitdumpHeader | null = null;
  /** Tables of lines that could not be read; their code has its name all the same. */
  malformedTables = 0;
  private readonly entries = new JitdumpEntries();
  private readonly records = new JitdumpRecords(this.entries);
  private readonly map = new CodeMap(MAX_ROWS);
  private readonly asked = new AskedCode();
  private readonly mark = new FileMark();
  /** By place in the file. */
  private readonly tables = new Map<number, JitdumpLines>();
  private source: ByteSource | null = null;

  get byteLength(): number {
    let bytes = this.entries.byteLength + this.map.byteLength + this.asked.byteLength;
    for (const table of this.tables.values()) bytes += table.byteLength;
    return bytes;
  }

  /** Pieces of code known, and records that made no sense. */
  get counts(): { entries: number; malformed: number } {
    return { entries: this.entries.length, malformed: this.records.malformed };
  }

  /** Throws `BinaryFormatError` where the file is no jitdump. */
  refresh(source: ByteSource): void {
    this.source = source;
    if (source.size < this.records.next || !this.mark.holds(source)) this.restart();
    if (this.header === null) {
      if (source.size < HEADER_BYTES) return;
      this.header = readJitdumpHeader(source);
      this.records.restart(this.header.size);
    }
    const added = this.records.read(source, this.header.littleEndian);
    this.mark.set(source, Math.min(this.records.lastFieldsEnd, source.size));
    if (added.length === 0) return;
    this.map.lay(added);
    if (this.entries.length > 2 * this.map.length + LEAST_DEAD) this.dropDead();
    this.asked.compare(this.map, (entry) => this.codeOf(this.entries.get(entry)).name);
  }

  framesAt(address: number): SourceFrame[] | null {
    const number = this.map.find(address);
    if (number < 0) return null;
    const entry = this.entries.get(number);
    const { name, size } = this.codeOf(entry);
    this.asked.note(address, number, name);
    const [innermost, ...callers] = jitFrames(name);
    return [placed(innermost!, this.lineAt(entry, size, address - entry.start)), ...callers];
  }

  /** What of the address space has code, in the order of addresses. */
  forEachRange(visit: (start: number, end: number) => void): void {
    this.map.forEachRange(visit);
  }

  takeReplaced(): number {
    return this.asked.take();
  }

  private restart(): void {
    this.header = null;
    this.records.restart(0);
    this.entries.clear();
    this.map.clear();
    this.tables.clear();
    this.asked.forgetNumbers();
  }

  private dropDead(): void {
    const used = new Uint8Array(this.entries.length);
    this.map.forEachRange((_start, _end, entry) => (used[entry] = 1));
    const numbers = this.entries.compact(used);
    this.map.renumber((entry) => numbers[entry]!);
    this.asked.forgetNumbers();
  }

  /** Its name, which stands between the record's fields and the code, and its size in bytes. */
  private codeOf({ loadedAt }: JitdumpEntry): { name: string; size: number } {
    const source = this.source!;
    const record = readCursor(source, loadedAt, LOAD_BYTES, 'jitdump', this.header!.littleEndian);
    record.skip(4);
    const end = loadedAt + record.u32();
    record.seek(LOAD_BYTES - 16);
    const size = record.u64Number();
    const range = { offset: loadedAt + LOAD_BYTES, limit: end - size, maxBytes: MAX_NAME_BYTES };
    if (range.limit < range.offset) record.fail('bad-value', 'the record has changed');
    return { name: decodeName(readUntil(source, range, 0, 'jitdump')), size };
  }

  private lineAt({ linesAt }: JitdumpEntry, codeSize: number, offset: number): JitLine | null {
    if (linesAt === NO_LINES) return null;
    try {
      return this.tableAt(linesAt, codeSize).find(offset);
    } catch (error) {
      if (!(error instanceof BinaryFormatError)) throw error;
      this.malformedTables++;
      return null;
    }
  }

  private tableAt(offset: number, codeSize: number): JitdumpLines {
    const known = this.tables.get(offset);
    if (known !== undefined) return known;
    const { littleEndian } = this.header!;
    const header = readCursor(this.source!, offset, RECORD_HEADER_BYTES, 'jitdump lines', littleEndian);
    if (header.u32() !== JIT_CODE_DEBUG_INFO) header.fail('bad-value', 'the record has changed');
    const size = header.u32() - RECORD_HEADER_BYTES;
    if (size > MAX_LINES_BYTES) header.fail('limit', `${size} bytes of lines`);
    const body = readCursor(this.source!, offset + RECORD_HEADER_BYTES, size, 'jitdump lines', littleEndian);
    const table = JitdumpLines.read(body, codeSize);
    if (this.tables.size === MAX_TABLES) this.tables.clear();
    this.tables.set(offset, table);
    return table;
  }
}

/**
 * The line replaces that of the function's beginning. Where V8 has inlined a call its table has the place in the inlined
 * function, and no name for it: the place stays that of the beginning, not to show one function's name beside another's
 * line. A table of one file is of the function's own, also where its name is spoilt (`JitdumpRows.readEven`).
 */
function placed(frame: SourceFrame, at: JitLine | null): SourceFrame {
  if (at === null || at.line === 0) return frame;
  const { line, column } = at;
  if (frame.file === '') return { ...frame, file: v8File(at.file), line, column };
  const isOwn = (at.isOnlyFile || v8File(at.file) === frame.file) && line >= frame.line;
  return isOwn ? { ...frame, line, column } : frame;
}
