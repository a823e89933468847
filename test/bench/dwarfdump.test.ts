import { describe, expect, it } from 'vitest';
import { rowText } from '../../bench/unwind-tables/dwarfdump.ts';

describe("a row of llvm-dwarfdump's", () => {
  it.each([
    ['CFA=RSP+8: RIP=[CFA-8]', 'RSP+8||[CFA-8]'],
    ['CFA=RBP+16: RBX=[CFA-24], RBP=[CFA-16], RIP=[CFA-8]', 'RBP+16|[CFA-16]|[CFA-8]'],
    ['CFA=RSP+8: RIP=undefined', 'RSP+8||undefined'],
    ['CFA=RDI: RBX=[CFA], RBP=R9, RSP=R8, RIP=RDX', 'RDI|R9|RDX'],
    ['CFA=RSP+8: RBP=undefined, RIP=[CFA-8]', 'RSP+8||[CFA-8]'],
    [
      'CFA=DW_OP_breg7 RSP+160, DW_OP_deref: RBP=[DW_OP_breg7 RSP+120], RIP=[DW_OP_breg7 RSP+168]',
      'DW_OP_breg7 RSP+160, DW_OP_deref|[DW_OP_breg7 RSP+120]|[DW_OP_breg7 RSP+168]',
    ],
    ['CFA=RSP+8', 'RSP+8||'],
  ])('%s', (line, text) => {
    expect(rowText(line)).toBe(text);
  });
});
