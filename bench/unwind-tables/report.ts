// The section "unwind-tables" of docs/benchmarks.md, and the same on the terminal.
import type { UnsupportedReason } from '../../src/unwind/rule.ts';
import { median } from '../lib/interval.ts';
import type { Aim } from '../lib/report.ts';
import { aimsTable, aimVerdict, table } from '../lib/report.ts';
import type { RunFacts } from '../lib/run-facts.ts';
import { factLines } from '../lib/run-facts.ts';
import type { FileComparison } from './compare.ts';
import type { TimedFile } from './timed.ts';

export interface UnwindTablesFacts extends RunFacts {
  dwarfdump: string;
  busy: number;
}

export interface UnwindTablesResult {
  compared: FileComparison[];
  /** Files left out, by the reason. */
  skipped: Map<string, number>;
  timed: TimedFile[];
}

const count = (value: number) => value.toLocaleString('en');
const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`;
const percent = (share: number) => `${(100 * share).toPrecision(2)} %`;
const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

export function section(facts: UnwindTablesFacts, result: UnwindTablesResult): string {
  return [
    '## unwind-tables',
    "Are the tables that are compiled from `.eh_frame` right, and how fast are they made? Every row of every ELF file is compared with llvm-dwarfdump's.",
    factLines(facts, facts.dwarfdump),
    ...(facts.busy > 0.1
      ? [`> **The machine was not quiet: others kept ${percent(facts.busy)} of it busy around the timings.**`]
      : []),
    aimsTable(aims(result)),
    comparisonTable(result),
    timesTable(result.timed),
    method(result),
  ].join('\n\n');
}

function aims({ compared, timed }: UnwindTablesResult): Aim[] {
  const differing = sum(compared.map((file) => file.differing));
  const covered = sum(compared.map((file) => file.coveredBytes));
  const share = sum([...reasons(compared).values()]) / covered;
  const node = timed.find(({ name }) => name === 'node');
  const llvm = timed.find(({ name }) => name.startsWith('libLLVM'));
  const speed =
    sum(timed.map((file) => file.rows)) / sum(timed.map((file) => file.rows / rowsPerSecond(file)));
  const perRow = sum(timed.map((file) => file.tableBytes)) / sum(timed.map((file) => file.rows));
  return [
    {
      aim: 'every row that the format can express is identical',
      measured: `${count(differing)} differ`,
      verdict: aimVerdict(differing === 0),
    },
    {
      aim: 'less than 0.1 % of covered bytes inexpressible',
      measured: percent(share),
      verdict: aimVerdict(share < 0.001),
    },
    {
      aim: 'at least 1 million rows per second, over the files below',
      measured: `${(speed / 1e6).toFixed(1)} million`,
      verdict: aimVerdict(speed >= 1e6),
    },
    timeAim('node', node, 1000),
    timeAim('libLLVM', llvm, 5000),
    { aim: 'at most 5 bytes per row', measured: perRow.toFixed(2), verdict: aimVerdict(perRow <= 5) },
  ];
}

function timeAim(name: string, file: TimedFile | undefined, mostMs: number): Aim {
  const first = file?.ms[0];
  const measured = first === undefined ? '' : `${first.toFixed(0)} ms`;
  const met = first === undefined ? undefined : first <= mostMs;
  return {
    aim: `${name} within ${mostMs / 1000} s, the start of the thread included`,
    measured,
    verdict: aimVerdict(met),
  };
}

/** By the median of all repetitions but the first, which has the start of the thread in it. */
function rowsPerSecond({ rows, ms }: TimedFile): number {
  return (1000 * rows) / median(ms.slice(1));
}

function reasons(compared: readonly FileComparison[]): Map<UnsupportedReason, number> {
  const bytes = new Map<UnsupportedReason, number>();
  for (const { unsupportedBytes } of compared) {
    for (const [reason, of] of unsupportedBytes) bytes.set(reason, (bytes.get(reason) ?? 0) + of);
  }
  return bytes;
}

function comparisonTable({ compared }: UnwindTablesResult): string {
  const total = (of: (file: FileComparison) => number) => count(sum(compared.map(of)));
  const covered = sum(compared.map((file) => file.coveredBytes));
  const rows = [
    ['files', count(compared.length)],
    ['rows of the reference', total((file) => file.rows)],
    ['identical', total((file) => file.identical)],
    ['inexpressible', total((file) => file.inexpressible)],
    ['differing', total((file) => file.differing)],
    ['outside of the code that is mapped', total((file) => file.outside)],
    ['bytes of code covered', count(covered)],
    ...[...reasons(compared)].map(([reason, bytes]) => [
      `of these inexpressible: \`${reason}\``,
      `${count(bytes)} (${percent(bytes / covered)})`,
    ]),
    ['bytes with a rule where the reference has none', total((file) => file.surplusBytes)],
  ];
  return table(['', ''], rows);
}

function timesTable(timed: readonly TimedFile[]): string {
  const rows = timed.map((file) => [
    `\`${file.name}\``,
    megabytes(file.fileBytes),
    count(file.rows),
    (file.tableBytes / file.rows).toFixed(2),
    `${file.ms[0]!.toFixed(0)} ms`,
    `${median(file.ms.slice(1)).toFixed(0)} ms`,
    `${(rowsPerSecond(file) / 1e6).toFixed(1)} million`,
    `${megabytes(file.beforeBytes)} → ${megabytes(file.peakBytes)}`,
  ]);
  return table(
    [
      'file',
      'size',
      'rows',
      'bytes per row',
      'first',
      'then (median)',
      'rows per second',
      'memory of the process',
    ],
    rows,
  );
}

function method({ skipped, compared }: UnwindTablesResult): string {
  const left = [...skipped].map(([reason, files]) => `${count(files)} ${reason}`).join(', ');
  const worst = compared.filter(({ differing }) => differing > 0).slice(0, 5);
  const examples = worst.map(({ path, example }) => `\n- \`${path}\` ${example ?? ''}`).join('');
  return (
    'A row is compared over all its bytes: CFA, frame pointer and return address. Rows are inexpressible where the table ' +
    'says so itself, with a reason. Where FDEs overlap the one that starts last holds on both sides. Compiled on the worker ' +
    'thread of a process that does nothing else; the first time has the start of the thread and cold code in it. ' +
    `Left out: ${left === '' ? 'no file' : left}.${examples}`
  );
}
