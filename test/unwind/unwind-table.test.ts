import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BinaryFormatError } from '../../src/binary/binary-format-error.ts';
import { noRule, RuleSet, setUnsupported, type Rule } from '../../src/unwind/rule.ts';
import { CFA, HEADER, MAX_PAGES, PAGE, PAGE_BITS, RULE } from '../../src/unwind/table-layout.gen.ts';
import { tableStats } from '../../src/unwind/table-stats.ts';
import { TableWriter } from '../../src/unwind/table-writer.ts';
import { decodeUnwindTable, type UnwindTable } from '../../src/unwind/unwind-table.ts';
import { mutations } from '../support/symbolizer-fixtures.ts';

const PAGE_BYTES = 2 ** PAGE_BITS;

function sp(cfaOffset: number): Rule {
  return { ...noRule(), cfaKind: CFA.SP, cfaOffset, raOffset: -8 };
}

/** A table with rule i being RSP + 8 i. */
function written(
  boundaries: readonly (readonly [offset: number, rule: number])[],
  ruleCount = 8,
): Uint8Array {
  const rules = new RuleSet();
  for (let i = 1; i < ruleCount; i++) rules.intern(sp(8 * i));
  const writer = new TableWriter();
  for (const [offset, rule] of boundaries) writer.set(offset, rule);
  return writer.finish(rules, 0x12345);
}

function rangesOf(table: UnwindTable): [number, number, number][] {
  const ranges: [number, number, number][] = [];
  table.forEachRange((start, end, rule) => ranges.push([start, end, rule]));
  return ranges;
}

describe('a written table', () => {
  const place = fc.oneof(
    fc.nat(5 * PAGE_BYTES),
    fc
      .tuple(fc.nat(5), fc.integer({ min: -2, max: 2 }))
      .map(([page, by]) => Math.max(0, page * PAGE_BYTES + by)),
  );

  it('gives each place the rule that was set for it', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.tuple(place, fc.nat(7)), { selector: ([at]) => at, maxLength: 40 }),
        (set) => {
          const boundaries = [...set].sort((a, b) => a[0] - b[0]);
          const end = 6 * PAGE_BYTES;
          const table = decodeUnwindTable(written([...boundaries, [end, 0]]));
          const places = boundaries
            .flatMap(([at]) => [at - 1, at, at + 1])
            .concat(0, PAGE_BYTES, end - 1, end);
          for (const at of places) {
            const expected = at >= end ? 0 : (boundaries.findLast(([start]) => start <= at)?.[1] ?? 0);
            expect(table.find(at), `place ${at}`).toBe(expected);
          }
        },
      ),
      { numRuns: 500 },
    );
  });

  it('tells its ranges, across pages', () => {
    const table = decodeUnwindTable(
      written([
        [0x100, 1],
        [0x200, 2],
        [3 * PAGE_BYTES + 5, 0],
        [8 * PAGE_BYTES, 3],
        [9 * PAGE_BYTES, 0],
      ]),
    );
    expect(rangesOf(table)).toEqual([
      [0x100, 0x200, 1],
      [0x200, 3 * PAGE_BYTES + 5, 2],
      [3 * PAGE_BYTES + 5, 8 * PAGE_BYTES, 0],
      [8 * PAGE_BYTES, 9 * PAGE_BYTES, 3],
    ]);
    // Page 0 with its gap in front, 2 full pages, page 3 with its end, 4 empty ones, page 8: 3 + 2 + 2 + 0 + 1 rows.
    expect([table.pageCount, table.rowCount]).toEqual([9, 8]);
  });

  it('begins at its first page, and may end at 2 GiB', () => {
    const last = (MAX_PAGES - 1) * PAGE_BYTES;
    const table = decodeUnwindTable(
      written([
        [last + 8, 1],
        [2 ** 31, 0],
      ]),
    );
    expect(table.pageCount).toBe(1);
    expect([last, last + 8, 2 ** 31 - 1, 2 ** 31].map((at) => table.find(at))).toEqual([0, 1, 1, 0]);
  });

  it('without any rule is header and rule 0', () => {
    const bytes = written([], 1);
    expect(bytes.length).toBe(HEADER.bytes + RULE.bytes);
    expect(decodeUnwindTable(bytes).find(0)).toBe(0);
  });

  it('keeps all fields of its rules', () => {
    const rules = new RuleSet();
    const rule = { cfaKind: CFA.DEREF_FP, cfaRegister: 200, fpKind: 3, raKind: 1, cfaOffset: -2147483648, cfaAdd: 2147483647, fpOffset: -1, raOffset: 7 }; // prettier-ignore
    expect(rules.intern(rule)).toBe(1);
    expect(rules.intern({ ...rule })).toBe(1);
    const table = decodeUnwindTable(new TableWriter().finish(rules, 0));
    expect(table.rule(1)).toEqual(rule);
    expect(table.rule(0)).toEqual(noRule());
  });

  it('is counted: what it covers, what it leaves open, what it cannot say', () => {
    const rules = new RuleSet();
    const bad = noRule();
    setUnsupported(bad, 'fp-rule');
    const [good, unsupported] = [rules.intern(sp(8)), rules.intern(bad)];
    const writer = new TableWriter();
    for (const [at, rule] of [[0x10, good], [0x20, unsupported], [0x28, 0]] as const) writer.set(at, rule); // prettier-ignore
    expect(tableStats(decodeUnwindTable(writer.finish(rules, 0x100)))).toEqual({
      rows: 4,
      rules: 3,
      coveredBytes: 0x18,
      gapBytes: 0xe8,
      unsupportedBytes: { 'fp-rule': 8 },
    });
  });
});

describe('a set of rules', () => {
  it('holds 65,536; further ones are the last, which says so', () => {
    const rules = new RuleSet();
    for (let i = 1; i < 65_535; i++) expect(rules.intern(sp(i))).toBe(i);
    expect(rules.intern(sp(100_000))).toBe(65_535);
    expect(rules.intern(sp(100_001))).toBe(65_535);
    expect(rules.intern(sp(77))).toBe(77);
    expect(rules.size).toBe(65_536);
    const table = decodeUnwindTable(new TableWriter().finish(rules, 0));
    expect(table.rule(65_535)).toMatchObject({ cfaKind: CFA.UNSUPPORTED });
    expect(table.rule(65_534)).toMatchObject({ cfaKind: CFA.SP, cfaOffset: 65_534 });
  });
});

describe('bytes that are no table', () => {
  const good = written([
    [0x100, 1],
    [0x200, 2],
    [PAGE_BYTES + 0x10, 3],
    [PAGE_BYTES + 0x20, 0],
  ]);
  const pagesAt = HEADER.bytes + 8 * RULE.bytes;
  const rowsAt = pagesAt + 2 * PAGE.bytes;

  it.each<[string, number, number]>([
    ['another magic', HEADER.magic, 1],
    ['another version', HEADER.version, 1],
    ['no rules', HEADER.rule_count, 0],
    ['too many rules', HEADER.rule_count, 70_000],
    ['pages beyond 2 GiB', HEADER.first_page, MAX_PAGES - 1],
    ['rows that are not there', HEADER.row_count, 100],
    ['a rule 0 that says something', HEADER.bytes, CFA.SP],
    ['another rule that says nothing', HEADER.bytes + RULE.bytes, CFA.NONE],
    ['a rule of an unknown kind', HEADER.bytes + RULE.bytes, CFA.SWITCH + 1],
    ['an unsupported rule of an unknown reason', HEADER.bytes + RULE.bytes, CFA.UNSUPPORTED | (77 << 8)],
    ['a page that begins elsewhere', pagesAt + PAGE.first_row, 1],
    ['a page with rows beyond all', pagesAt + PAGE.rows, 0xffff_ffff],
    ['a page with fewer rows than there are', pagesAt + PAGE.bytes + PAGE.rows, 1],
    ['a page that does not begin at its start', rowsAt, 0x0001_0000],
    ['rows out of order', rowsAt + 4, 0x0000_0001],
    ['a rule that there is not', rowsAt + 4, 0x0100_0008],
  ])('are refused for %s', (_, at, value) => {
    const bytes = good.slice();
    new DataView(bytes.buffer).setUint32(at, value, true);
    // The reason of an unsupported rule stands in its second word.
    if ((value & 0xff) === CFA.UNSUPPORTED && value > 0xff)
      new DataView(bytes.buffer).setInt32(at + 4, 77, true);
    expect(() => decodeUnwindTable(bytes)).toThrow(BinaryFormatError);
  });

  it('are refused for every truncation', () => {
    expect(() => decodeUnwindTable(good)).not.toThrow();
    for (let length = 0; length < good.length; length++) {
      expect(() => decodeUnwindTable(good.subarray(0, length))).toThrow(BinaryFormatError);
    }
  });

  it('are refused, or give rules that there are, for any mutation', () => {
    let accepted = 0;
    for (const bytes of mutations(good, 3000, 3)) {
      try {
        const table = decodeUnwindTable(bytes);
        accepted++;
        let highest = 0;
        for (let at = 0; at < 3 * PAGE_BYTES; at += 0x155) highest = Math.max(highest, table.find(at));
        expect(highest).toBeLessThan(table.ruleCount);
      } catch (error) {
        if (!(error instanceof BinaryFormatError)) throw error;
      }
    }
    expect(accepted).toBeGreaterThan(10);
  });
});
