// JitdumpRecords: goes through the records of a jitdump that have been appended, and collects the code they tell of.
import { BinaryFormatError } from '../../binary/binary-format-error.ts';
import type { ByteSource } from '../../binary/byte-source.ts';
import type { Cursor } from '../../binary/cursor.ts';
import { CodeColumns } from './code-map.ts';
import { FileWindow } from './file-window.ts';
import {
  DEBUG_INFO_BYTES,
  JIT_CODE_DEBUG_INFO,
  JIT_CODE_LOAD,
  JIT_CODE_MOVE,
  LOAD_BYTES,
  MOVE_BYTES,
  RECORD_HEADER_BYTES,
} from './jitdump-constants.ts';
import { NO_LINES, type JitdumpEntries } from './jitdump-entries.ts';

/** Gone through at once; the rest comes the next time. Node writes some 10,000 records and 15 MB in its first minute. */
const MAX_RECORDS = 1_000_000;
const MAX_BYTES = 512 << 20;
/** Records of lines whose code has not come yet: it is the next record of that address. */
const MAX_PENDING = 1024;

export class JitdumpRecords {
  /** Records whose fields make no sense; they are passed over. */
  malformed = 0;
  /** Where the next record begins. */
  next = 0;
  /** Behind the fields of the last record that was read: time, address and number are like those of no other file. */
  lastFieldsEnd = 0;
  private readonly entries: JitdumpEntries;
  /** Offsets of JIT_CODE_DEBUG_INFO records by the address of their code. */
  private readonly pendingLines = new Map<number, number>();

  constructor(entries: JitdumpEntries) {
    this.entries = entries;
  }

  restart(offset: number): void {
    this.next = this.lastFieldsEnd = offset;
    this.pendingLines.clear();
  }

  /** Code that is new, by number of its entry. Throws what reading throws. */
  read(source: ByteSource, littleEndian: boolean): CodeColumns {
    const window = new FileWindow(source, 'jitdump', littleEndian);
    const added = new CodeColumns(0);
    const end = Math.min(source.size, this.next + MAX_BYTES);
    for (let records = 0; records < MAX_RECORDS && this.next + RECORD_HEADER_BYTES <= end; records++) {
      const header = window.cursor(this.next, RECORD_HEADER_BYTES);
      const id = header.u32();
      const size = header.u32();
      // Where it is not whole it is being written, and so may be one that has no size yet.
      if (size < RECORD_HEADER_BYTES || this.next + size > source.size) break;
      this.readRecord(window, id, size, added);
      this.lastFieldsEnd = this.next + Math.min(size, LOAD_BYTES);
      this.next += size;
    }
    return added;
  }

  private readRecord(window: FileWindow, id: number, size: number, added: CodeColumns): void {
    const fixed = FIXED_BYTES.get(id);
    if (fixed === undefined) return; // of unwinding, of the end, or of a later version
    try {
      const record = window.cursor(this.next, Math.min(size, fixed));
      record.skip(RECORD_HEADER_BYTES);
      if (id === JIT_CODE_LOAD) this.readLoad(record, size, added);
      else if (id === JIT_CODE_MOVE) this.readMove(record, added);
      else this.noteLines(record.u64Number());
    } catch (error) {
      if (!(error instanceof BinaryFormatError)) throw error;
      this.malformed++;
    }
  }

  private readLoad(record: Cursor, size: number, added: CodeColumns): void {
    record.skip(16); // pid, tid, vma
    const start = record.u64Number();
    const codeSize = record.u64Number();
    const codeIndex = record.u64Number();
    if (size - LOAD_BYTES <= codeSize)
      record.fail('truncated', `${codeSize} bytes of code in a record of ${size}`);
    const linesAt = this.pendingLines.get(start) ?? NO_LINES;
    this.pendingLines.delete(start);
    const entry = this.entries.add({ start, loadedAt: this.next, linesAt, codeIndex });
    addCode(added, record, start, codeSize, entry);
  }

  private readMove(record: Cursor, added: CodeColumns): void {
    record.skip(24); // pid, tid, vma, old_code_addr
    const start = record.u64Number();
    const codeSize = record.u64Number();
    const moved = this.entries.withCodeIndex(record.u64Number());
    if (moved === undefined) record.fail('bad-value', 'code is moved that was never loaded');
    addCode(added, record, start, codeSize, this.entries.add({ ...moved, start }));
  }

  private noteLines(address: number): void {
    this.pendingLines.set(address, this.next);
    if (this.pendingLines.size <= MAX_PENDING) return;
    for (const oldest of this.pendingLines.keys()) {
      this.pendingLines.delete(oldest);
      return;
    }
  }
}

/** Read of a record of each kind; what has no fixed size is read when it is asked for. */
const FIXED_BYTES: ReadonlyMap<number, number> = new Map([
  [JIT_CODE_LOAD, LOAD_BYTES],
  [JIT_CODE_MOVE, MOVE_BYTES],
  [JIT_CODE_DEBUG_INFO, DEBUG_INFO_BYTES],
]);

/** Code may be empty (section V). */
function addCode(added: CodeColumns, record: Cursor, start: number, size: number, entry: number): void {
  const end = start + size;
  if (end > Number.MAX_SAFE_INTEGER) record.fail('overflow', 'code ends beyond 2^53');
  if (size > 0) added.add(start, end, entry);
}
