// PerfMap: `/tmp/perf-PID.map`, lines of `START SIZE name`, which just-in-time compilers append to.
import { readUntil, type ByteSource } from '../../binary/byte-source.ts';
import type { SourceFrame } from '../source-frame.ts';
import { decodeName, MAX_NAME_BYTES } from '../../binary/symbol-name.ts';
import { AskedCode } from './asked-code.ts';
import { CodeColumns, CodeMap } from './code-map.ts';
import { FileMark } from './file-mark.ts';
import type { JitCode } from './jit-code.ts';
import { jitFrames } from './jit-name.ts';
import { forEachNewLine, MAX_LINE_BYTES } from './new-lines.ts';
import { PerfMapLine } from './perf-map-line.ts';

/** Read at once; of what a file has grown by beyond it, the end. A day of a busy Node server writes some 20 MB. */
const MAX_BYTES = 64 << 20;
const MAX_ROWS = 1_000_000;
/** Entries are known by the places of their names, which are kept in 32 bits. */
const MAX_SPAN = 0xffff_ffff;
const NEWLINE = 10;

export interface PerfMapCaps {
  maxBytes?: number;
  maxRows?: number;
}

/**
 * Where lines overlap the later one wins: the compiler has used the memory again. A map tells no times, so an address is
 * given the name of the code that stands there now, which for a sample is wrong where other code has taken its place in
 * the seconds between sample and look-up.
 */
export class PerfMap implements JitCode {
  /** Lines that were taken. */
  entries = 0;
  /** Lines of another shape, of no size, beyond 2^53, or too long. */
  malformed = 0;
  /** Bytes passed over because the file had grown by more than is read at once: the oldest entries. */
  skippedBytes = 0;
  /** Times that the file was found to be another one. */
  restarts = 0;
  private readonly maxBytes: number;
  private readonly map: CodeMap;
  private readonly asked = new AskedCode();
  private readonly mark = new FileMark();
  private readonly line = new PerfMapLine();
  private source: ByteSource | null = null;
  /** Where the numbers of entries count from. */
  private origin = 0;
  /** Where the next line begins. */
  private next = 0;

  constructor({ maxBytes = MAX_BYTES, maxRows = MAX_ROWS }: PerfMapCaps = {}) {
    this.maxBytes = maxBytes;
    this.map = new CodeMap(maxRows);
  }

  get byteLength(): number {
    return this.map.byteLength + this.asked.byteLength;
  }

  refresh(source: ByteSource): void {
    this.source = source;
    if (!this.mark.holds(source)) this.restart(0);
    const wanted = Math.max(this.next, source.size - this.maxBytes);
    if (wanted > this.next) this.skipTo(source, wanted);
    if (source.size - this.origin > MAX_SPAN) this.restart(this.next);
    const before = this.next;
    this.readLines(source);
    this.mark.set(source, this.next);
    if (this.next > before) this.asked.compare(this.map, (entry) => this.nameOf(entry));
  }

  framesAt(address: number): SourceFrame[] | null {
    const entry = this.map.find(address);
    if (entry < 0) return null;
    const name = this.nameOf(entry);
    this.asked.note(address, entry, name);
    return jitFrames(name);
  }

  takeReplaced(): number {
    return this.asked.take();
  }

  private readLines(source: ByteSource): void {
    const { line } = this;
    const added = new CodeColumns(0);
    const { next, tooLong } = forEachNewLine(source, this.next, (bytes, start, end, offset) => {
      if (line.parse(bytes, start, end)) {
        added.add(line.start, line.end, offset + (line.nameAt - start) - this.origin);
      } else {
        this.malformed++;
      }
    });
    this.next = next;
    this.entries += added.length;
    this.malformed += tooLong;
    this.map.lay(added);
  }

  /** To the first line that begins at `offset` or behind it. */
  private skipTo(source: ByteSource, offset: number): void {
    const range = { offset: offset - 1, limit: source.size, maxBytes: MAX_LINE_BYTES };
    const to = Math.min(source.size, offset + readUntil(source, range, NEWLINE, 'perf map').length);
    this.skippedBytes += to - this.next;
    if (this.map.length === 0) this.origin = to;
    this.next = to;
  }

  private restart(offset: number): void {
    this.map.clear();
    this.asked.forgetNumbers();
    this.origin = this.next = offset;
    this.restarts++;
  }

  private nameOf(entry: number): string {
    const { source, origin } = this;
    if (source === null) return '';
    const range = { offset: origin + entry, limit: source.size, maxBytes: MAX_NAME_BYTES };
    return decodeName(readUntil(source, range, NEWLINE, 'perf map')).trimEnd();
  }
}
