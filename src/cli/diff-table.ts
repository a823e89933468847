// The table of `diff`: each function's share and CPUs before and after, and the change in percentage points.
import type { DiffFunctions, DiffFunctionSide } from '../query/diff-functions.ts';
import type { Paint } from './colours.ts';
import { nameAndObject } from './function-name.ts';
import { cpus, percent, percentColumn, signedPoints } from './numbers.ts';
import { formatCount } from './progress-line.ts';
import { cutTo, printable } from './terminal-text.ts';

/** One side of `/api/v1/diff`. */
export interface DiffSide {
  fromMs: number;
  untilMs: number;
  query: string;
  /** CPU time, ns. */
  total: number;
  totalCount: number;
  /** CPU seconds per second. */
  cores: number;
  /** ns */
  periodNs: number;
}

export interface DiffAnswer extends DiffFunctions {
  normalize: string;
  left: DiffSide;
  right: DiffSide;
}

export interface DiffTableOptions {
  sort: 'self' | 'total';
  paint: Paint;
  /** Columns of the terminal; undefined where lines may be as long as they need. */
  width?: number | undefined;
}

const NUMBERS = ['before', 'after', 'change', 'CPUs', 'CPUs'] as const;
const COLUMN = 9;

export function diffText(answer: DiffAnswer, options: DiffTableOptions): string {
  const cut = (line: string) => (options.width === undefined ? line : cutTo(options.width, line));
  const { functions, left, right } = answer.hiddenFunctions;
  const hidden =
    functions === 0
      ? []
      : [
          `${formatCount(functions)} more functions: self ${percent(left.share)} before, ${percent(right.share)} after`,
        ];
  const lines = [
    cut(sideLine('before', answer.left)),
    cut(sideLine('after', answer.right)),
    ...warnings(answer).map((text) => options.paint('yellow', cut(text))),
    options.paint('bold', cut(heading(options.sort))),
    ...answer.functions.map((row) => functionLine(row, options)),
    ...hidden.map(cut),
  ];
  return `${lines.join('\n')}\n`;
}

function sideLine(name: string, { fromMs, untilMs, query, totalCount, cores }: DiffSide): string {
  const [from, until] = [fromMs, untilMs].map((ms) => new Date(ms).toISOString());
  const selector = query === '' ? '' : ` ${printable(query)}`;
  return `${name.padEnd(6)} ${from!} – ${until!}${selector}: ${formatCount(totalCount)} samples, ${cores.toFixed(2)} CPUs busy`;
}

/** What makes the sides unlike for other reasons than the code that ran. */
function warnings({ left, right }: DiffAnswer): string[] {
  const empty = [left, right].flatMap(({ totalCount }, side) =>
    totalCount === 0 ? [`no samples ${side === 0 ? 'before' : 'after'}`] : [],
  );
  const rates = left.periodNs !== right.periodNs && empty.length === 0 ? ['the sampling rates differ'] : [];
  return [...empty, ...rates].map((text) => `note: ${text}`);
}

function heading(sort: 'self' | 'total'): string {
  return `${NUMBERS.map((text) => text.padStart(COLUMN)).join('')}  function (${sort} share, points, CPUs before and after)`;
}

function functionLine(
  row: DiffFunctions['functions'][number],
  { sort, paint, width }: DiffTableOptions,
): string {
  const share = (side: DiffFunctionSide) => (sort === 'self' ? side.selfShare : side.totalShare);
  const rate = (side: DiffFunctionSide) => (sort === 'self' ? side.selfRate : side.totalRate);
  const change = share(row.right) - share(row.left);
  const points = signedPoints(change);
  const changed = points.padStart(COLUMN);
  const columns = [
    percentColumn(share(row.left)).padStart(COLUMN),
    percentColumn(share(row.right)).padStart(COLUMN),
    points === '0.00' ? changed : paint(change > 0 ? 'red' : 'green', changed),
    cpus(rate(row.left)).padStart(COLUMN),
    cpus(rate(row.right)).padStart(COLUMN),
  ];
  const room = width === undefined ? undefined : width - NUMBERS.length * COLUMN - 2;
  return `${columns.join('')}  ${nameAndObject(row, room)}`;
}
