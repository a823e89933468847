// Compiled unwind tables of any size, byte by byte as bpf/unwind.h says.
import {
  CFA,
  HEADER,
  PAGE,
  PAGE_BITS,
  ROW_BYTES,
  RULE,
  TABLE_MAGIC,
  TABLE_VERSION,
} from '../../src/unwind/table-layout.gen.ts';

/** Of `pages` pages with so many rows each, evenly spread over the page; all rows have the one rule SP + 8. */
export function syntheticTable(pages: number, rowsPerPage: number): Uint8Array {
  const rules = 2;
  const rowCount = pages * rowsPerPage;
  const table = new Uint8Array(HEADER.bytes + rules * RULE.bytes + pages * PAGE.bytes + rowCount * ROW_BYTES);
  const view = new DataView(table.buffer);
  const header: Partial<Record<keyof typeof HEADER, number>> = {
    magic: TABLE_MAGIC,
    version: TABLE_VERSION,
    rule_count: rules,
    page_count: pages,
    row_count: rowCount,
    code_bytes: pages * 2 ** PAGE_BITS,
  };
  for (const [field, value] of Object.entries(header)) {
    view.setUint32(HEADER[field as keyof typeof HEADER], value, true);
  }
  const rule = HEADER.bytes + RULE.bytes; // number 1: 0 says that there is none
  view.setUint8(rule + RULE.cfa_kind, CFA.SP);
  view.setInt32(rule + RULE.cfa_offset, 8, true);
  view.setInt32(rule + RULE.ra_offset, -8, true);
  const pagesAt = HEADER.bytes + rules * RULE.bytes;
  const rowsAt = pagesAt + pages * PAGE.bytes;
  const spacing = Math.floor(2 ** PAGE_BITS / rowsPerPage);
  for (let page = 0; page < pages; page++) {
    view.setUint32(pagesAt + page * PAGE.bytes + PAGE.first_row, page * rowsPerPage, true);
    view.setUint32(pagesAt + page * PAGE.bytes + PAGE.rows, rowsPerPage, true);
    for (let row = 0; row < rowsPerPage; row++) {
      const at = rowsAt + (page * rowsPerPage + row) * ROW_BYTES;
      view.setUint32(at, ((row * spacing) << 16) | 1, true);
    }
  }
  return table;
}
