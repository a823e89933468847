// LineTable: source lines of a BPF program by address. Columns, ascending.
import { ascendingOrder } from '../../binary/address-sort.ts';
import { firstAbove } from '../../binary/bisect.ts';
import { DUMP_KIND, type DumpSections } from './dump-sections.ts';

/** `struct bpf_line_info`: insn_off, file_name_off, line_off, line_col (include/uapi/linux/bpf.h). */
const LINE_INFO_BYTES = 16;

export class LineTable {
  /** Addresses relative to the program's origin. */
  private readonly start: Float64Array;
  /** Offset in the strings of the program's BTF. */
  private readonly file: Uint32Array;
  /** `line << 10 | column`, as the kernel has it (BPF_LINE_INFO_LINE_NUM, BPF_LINE_INFO_LINE_COL). */
  private readonly place: Uint32Array;

  private constructor(start: Float64Array, file: Uint32Array, place: Uint32Array) {
    this.start = start;
    this.file = file;
    this.place = place;
  }

  /**
   * The kernel tells lines by instruction (`line_info`) and, row by row, where each instruction's code begins
   * (`jited_line_info`). `origin`: what addresses are made relative to. Throws `BinaryFormatError`.
   */
  static read(sections: DumpSections, origin: bigint): LineTable {
    // Without addresses, as where the kernel hides them, lines are of no use.
    const rows = Math.min(sections.count(DUMP_KIND.lineInfo), sections.count(DUMP_KIND.lineAddress));
    const start = new Float64Array(rows);
    const file = new Uint32Array(rows);
    const place = new Uint32Array(rows);
    sections.forEach(DUMP_KIND.lineAddress, 8, rows, (record, row) => {
      // Below the origin, or too far away for its distance to be exact: no function of the program reaches there.
      const distance = Number(record.u64() - origin);
      start[row] = Number.isSafeInteger(distance) && distance >= 0 ? distance : Number.MAX_SAFE_INTEGER;
    });
    sections.forEach(DUMP_KIND.lineInfo, LINE_INFO_BYTES, rows, (record, row) => {
      record.skip(4); // insn_off
      file[row] = record.u32();
      record.skip(4); // line_off: the line's text
      place[row] = record.u32();
    });
    // Functions may lie in any order.
    const order = ascendingOrder(start);
    return new LineTable(
      Float64Array.from(order, (row) => start[row]!),
      Uint32Array.from(order, (row) => file[row]!),
      Uint32Array.from(order, (row) => place[row]!),
    );
  }

  get byteLength(): number {
    return this.start.byteLength + this.file.byteLength + this.place.byteLength;
  }

  /** The last row that begins at or before an address, and not before `from`, where its function begins. Or null. */
  find(address: number, from: number): { file: number; line: number; column: number } | null {
    const row = firstAbove(this.start, address) - 1;
    if (row < 0 || this.start[row]! < from) return null;
    const place = this.place[row]!;
    return { file: this.file[row]!, line: place >>> 10, column: place & 0x3ff };
  }
}
