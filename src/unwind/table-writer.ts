// TableWriter: rules by place of the file → the bytes of a table, as bpf/unwind.h lays them out.
import type { RuleSet } from './rule.ts';
import {
  HEADER,
  PAGE,
  PAGE_BITS,
  ROW_BYTES,
  ROW_OFFSET_SHIFT,
  RULE,
  TABLE_MAGIC,
  TABLE_VERSION,
} from './table-layout.gen.ts';

const PAGE_BYTES = 2 ** PAGE_BITS;
const NONE = 0;

export class TableWriter {
  private rows = new Uint32Array(8192);
  private rowCount = 0;
  /** Per page from the first: its first row. */
  private readonly pageRows: number[] = [];
  private firstPage = 0;
  private rule = NONE;

  /** From `offset` on `rule` holds. Offsets ascend, below 2 GiB; only 0 (no rule) may begin at 2 GiB. */
  set(offset: number, rule: number): void {
    if (rule === this.rule) return;
    const page = Math.floor(offset / PAGE_BYTES);
    const inPage = offset % PAGE_BYTES;
    if (rule === NONE && inPage === 0) {
      // Where the rule ends with its page the next one needs no row that says so.
      this.openPages(page - 1, PAGE_BYTES);
    } else {
      this.openPages(page, inPage);
      this.push(inPage, rule);
    }
    this.rule = rule;
  }

  /** The table's bytes. What `set` was told last holds to the end of its page. */
  finish(rules: RuleSet, codeBytes: number): Uint8Array<ArrayBuffer> {
    const pagesAt = HEADER.bytes + rules.size * RULE.bytes;
    const rowsAt = pagesAt + this.pageRows.length * PAGE.bytes;
    const bytes = new Uint8Array(rowsAt + this.rowCount * ROW_BYTES);
    const view = new DataView(bytes.buffer);
    view.setUint32(HEADER.magic, TABLE_MAGIC, true);
    view.setUint32(HEADER.version, TABLE_VERSION, true);
    view.setUint32(HEADER.rule_count, rules.size, true);
    view.setUint32(HEADER.first_page, this.firstPage, true);
    view.setUint32(HEADER.page_count, this.pageRows.length, true);
    view.setUint32(HEADER.row_count, this.rowCount, true);
    view.setUint32(HEADER.code_bytes, Math.min(codeBytes, 0xffff_ffff), true);
    rules.write(view, HEADER.bytes);
    this.writePages(view, pagesAt);
    for (let i = 0; i < this.rowCount; i++) view.setUint32(rowsAt + i * ROW_BYTES, this.rows[i]!, true);
    return bytes;
  }

  private writePages(view: DataView, at: number): void {
    this.pageRows.forEach((first, i) => {
      const next = this.pageRows[i + 1] ?? this.rowCount;
      view.setUint32(at + i * PAGE.bytes + PAGE.first_row, first, true);
      view.setUint32(at + i * PAGE.bytes + PAGE.rows, next - first, true);
    });
  }

  /** Begins all pages up to `page`; each that is not begun by a row of its own says first what holds already. */
  private openPages(page: number, inPage: number): void {
    if (this.pageRows.length === 0) this.firstPage = page;
    while (this.firstPage + this.pageRows.length <= page) {
      const opened = this.firstPage + this.pageRows.length;
      this.pageRows.push(this.rowCount);
      if (opened < page ? this.rule !== NONE : inPage > 0) this.push(0, this.rule);
    }
  }

  private push(inPage: number, rule: number): void {
    if (this.rowCount === this.rows.length) {
      const larger = new Uint32Array(this.rows.length * 2);
      larger.set(this.rows);
      this.rows = larger;
    }
    this.rows[this.rowCount++] = ((inPage << ROW_OFFSET_SHIFT) | rule) >>> 0;
  }
}
