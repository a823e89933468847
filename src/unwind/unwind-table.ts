// UnwindTable: the bytes of a table, checked, and looked up.
import { BinaryFormatError } from '../binary/binary-format-error.ts';
import { ruleFromWords, UNSUPPORTED_REASONS, type Rule, type UnsupportedReason } from './rule.ts';
import {
  CFA,
  FP,
  HEADER,
  MAX_PAGES,
  PAGE,
  PAGE_BITS,
  RA,
  ROW_BYTES,
  ROW_OFFSET_SHIFT,
  RULE,
  TABLE_MAGIC,
  TABLE_VERSION,
} from './table-layout.gen.ts';

const PAGE_BYTES = 2 ** PAGE_BITS;
const RULE_MASK = (1 << ROW_OFFSET_SHIFT) - 1;
const MAX_RULES = RULE_MASK + 1;

export class UnwindTable {
  readonly ruleCount: number;
  readonly rowCount: number;
  readonly pageCount: number;
  /** Bytes of the file in executable segments. */
  readonly codeBytes: number;
  private readonly firstPage: number;
  private readonly view: DataView;
  private readonly pagesAt: number;
  private readonly rowsAt: number;

  /** Only `decodeUnwindTable` makes one: everything else here takes the bytes for checked. */
  constructor(view: DataView) {
    this.view = view;
    this.ruleCount = view.getUint32(HEADER.rule_count, true);
    this.firstPage = view.getUint32(HEADER.first_page, true);
    this.pageCount = view.getUint32(HEADER.page_count, true);
    this.rowCount = view.getUint32(HEADER.row_count, true);
    this.codeBytes = view.getUint32(HEADER.code_bytes, true);
    this.pagesAt = HEADER.bytes + this.ruleCount * RULE.bytes;
    this.rowsAt = this.pagesAt + this.pageCount * PAGE.bytes;
  }

  /** Number of the rule at a file offset; 0 where no FDE covers it. */
  find(offset: number): number {
    const page = Math.floor(offset / PAGE_BYTES) - this.firstPage;
    if (!(page >= 0 && page < this.pageCount)) return 0;
    const first = this.view.getUint32(this.pagesAt + page * PAGE.bytes + PAGE.first_row, true);
    let low = 0;
    let high = this.view.getUint32(this.pagesAt + page * PAGE.bytes + PAGE.rows, true);
    if (high === 0) return 0;
    const inPage = offset % PAGE_BYTES;
    // The first row is at 0: `low` is always a row that begins at or before the place.
    while (high - low > 1) {
      const middle = (low + high) >>> 1;
      if (this.row(first + middle) >>> ROW_OFFSET_SHIFT <= inPage) low = middle;
      else high = middle;
    }
    return this.row(first + low) & RULE_MASK;
  }

  rule(number: number): Rule {
    const at = HEADER.bytes + number * RULE.bytes;
    const word = (i: number): number => this.view.getInt32(at + 4 * i, true);
    return ruleFromWords(word(0), word(1), word(2), word(3), word(4));
  }

  /**
   * Calls with ranges of the file that have one rule each, ascending; neighbours differ. What no FDE covers is
   * rule 0 between others; before and behind all it is left out.
   */
  forEachRange(visit: (start: number, end: number, rule: number) => void): void {
    let start = 0;
    let rule = 0;
    let any = false;
    const change = (offset: number, to: number): void => {
      if (to === rule) return;
      if (any) visit(start, offset, rule);
      any = true;
      [start, rule] = [offset, to];
    };
    for (let page = 0; page < this.pageCount; page++) {
      const pageStart = (this.firstPage + page) * PAGE_BYTES;
      const first = this.view.getUint32(this.pagesAt + page * PAGE.bytes + PAGE.first_row, true);
      const rows = this.view.getUint32(this.pagesAt + page * PAGE.bytes + PAGE.rows, true);
      if (rows === 0) change(pageStart, 0);
      for (let i = first; i < first + rows; i++) {
        const row = this.row(i);
        change(pageStart + (row >>> ROW_OFFSET_SHIFT), row & RULE_MASK);
      }
    }
    change((this.firstPage + this.pageCount) * PAGE_BYTES, 0);
  }

  /** Throws `BinaryFormatError` where anything is not as the format says. */
  check(): void {
    this.checkRules();
    let rows = 0;
    for (let page = 0; page < this.pageCount; page++) rows = this.checkPage(page, rows);
    if (rows !== this.rowCount) bad('pages', 0, `${rows} rows in pages, ${this.rowCount} in all`);
  }

  private row(index: number): number {
    return this.view.getUint32(this.rowsAt + index * ROW_BYTES, true);
  }

  private checkRules(): void {
    for (let number = 0; number < this.ruleCount; number++) {
      const { cfaKind, fpKind, raKind, cfaOffset } = this.rule(number);
      const known = cfaKind <= CFA.SWITCH && fpKind <= FP.BELOW_RA && raKind <= RA.REGISTER;
      if (!known || (cfaKind === CFA.NONE) !== (number === 0)) bad('rules', number, 'unknown kinds');
      const reasonKnown = cfaOffset >= 0 && cfaOffset < UNSUPPORTED_REASONS.length;
      if (cfaKind === CFA.UNSUPPORTED && !reasonKnown) bad('rules', number, 'unknown reason');
    }
  }

  /** `expected`: the page's first row. Returns that of the next page. */
  private checkPage(page: number, expected: number): number {
    const at = this.pagesAt + page * PAGE.bytes;
    const first = this.view.getUint32(at + PAGE.first_row, true);
    const rows = this.view.getUint32(at + PAGE.rows, true);
    if (first !== expected || rows > this.rowCount - first) bad('pages', page, 'rows that are not its own');
    let last = -1;
    for (let i = first; i < first + rows; i++) {
      const row = this.row(i);
      const inPage = row >>> ROW_OFFSET_SHIFT;
      if (inPage <= last || (last < 0 && inPage !== 0)) bad('rows', i, 'out of order');
      if ((row & RULE_MASK) >= this.ruleCount) bad('rows', i, 'no such rule');
      last = inPage;
    }
    return first + rows;
  }
}

/** Looks at every byte that is read later. Throws `BinaryFormatError`. */
export function decodeUnwindTable(bytes: Uint8Array): UnwindTable {
  if (bytes.length < HEADER.bytes) bad('header', 0, `${bytes.length} bytes`, 'truncated');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.getUint32(HEADER.magic, true) !== TABLE_MAGIC)
    bad('header', 0, 'not an unwind table', 'bad-magic');
  const version = view.getUint32(HEADER.version, true);
  if (version !== TABLE_VERSION) bad('header', HEADER.version, `version ${version}`);
  const count = (at: number): number => view.getUint32(at, true);
  const [rules, pages] = [count(HEADER.rule_count), count(HEADER.page_count)];
  if (rules < 1 || rules > MAX_RULES) bad('header', HEADER.rule_count, `${rules} rules`);
  if (count(HEADER.first_page) + pages > MAX_PAGES) bad('header', HEADER.page_count, `${pages} pages`);
  const rows = count(HEADER.row_count);
  const size = HEADER.bytes + rules * RULE.bytes + pages * PAGE.bytes + rows * ROW_BYTES;
  if (size !== bytes.length) bad('header', 0, `${size} bytes announced, ${bytes.length} there`, 'truncated');
  const table = new UnwindTable(view);
  table.check();
  return table;
}

/** The reason that an UNSUPPORTED rule keeps, or null for any other rule. */
export function unsupportedReason(rule: Rule): UnsupportedReason | null {
  return rule.cfaKind === CFA.UNSUPPORTED ? UNSUPPORTED_REASONS[rule.cfaOffset]! : null;
}

function bad(
  section: string,
  offset: number,
  detail: string,
  kind: 'bad-value' | 'bad-magic' | 'truncated' = 'bad-value',
): never {
  throw new BinaryFormatError(kind, `unwind table ${section}`, offset, detail);
}
