// The section "symbols" of docs/benchmarks.md, and the same on the terminal.
import { median } from '../lib/interval.ts';
import type { Aim } from '../lib/report.ts';
import { aimsTable, aimVerdict, table } from '../lib/report.ts';
import type { RunFacts } from '../lib/run-facts.ts';
import { factLines } from '../lib/run-facts.ts';
import type { AnswerComparison } from './compare.ts';
import type { FilterCost, InProcess, WarmCost } from './cost.ts';
import type { LargeFile } from './large-file.ts';

export interface SymbolsFacts extends RunFacts {
  reference: string;
  busy: number;
}

export interface JudgedAnswers extends AnswerComparison {
  name: string;
  what: string;
}

/** The first filter is ours, the second llvm-symbolizer: it is what the aims speak of. */
export interface FileCosts {
  name: string;
  addresses: number;
  cold: FilterCost[];
  warm: WarmCost[];
  inProcess: InProcess;
}

export interface LargeCosts {
  file: LargeFile;
  /** To the answer to one address. */
  first: FilterCost[];
}

export interface SymbolsResult {
  answers: JudgedAnswers[];
  /** Files that are not there, and what to install. */
  missing: string[];
  costs: FileCosts[];
  /** A word where it could not be made; undefined where it was not asked for. */
  large: LargeCosts | string | undefined;
}

const LEAST_EQUAL = 0.995;
const LEAST_PER_SECOND = 500_000;
const MOST_PEAK = 1.5;
const MOST_FIRST_MS = 2000;

const count = (value: number) => Math.round(value).toLocaleString('en');
const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(0)} MB`;
const percent = (share: number) => `${(100 * share).toFixed(2)} %`;
/** NaN where nothing is agreed on. */
const equalShare = ({ equal, agreed }: AnswerComparison) => equal / agreed;

export function section(facts: SymbolsFacts, result: SymbolsResult): string {
  return [
    '## symbols',
    'Does every address get the function, the file and the line that it was made from, with the calls that were inlined, and what does it cost? Random addresses of code, beside the tools that everybody uses.',
    factLines(facts, facts.reference),
    ...(facts.busy > 0.1
      ? [`> **The machine was not quiet: others kept ${percent(facts.busy)} of it busy around the timings.**`]
      : []),
    aimsTable(aims(result)),
    ...(result.answers.length > 0 ? ['### Answers', answersTable(result), answersMethod(result)] : []),
    ...(result.costs.length > 0
      ? ['### Cost', costTable(result.costs), warmTable(result.costs), COST_METHOD]
      : []),
    ...largeText(result.large),
  ].join('\n\n');
}

function aims({ answers, costs, large }: SymbolsResult): Aim[] {
  const below = answers.filter((file) => !(equalShare(file) >= LEAST_EQUAL));
  const worst = Math.min(...answers.map((file) => equalShare(file) || 0));
  const slower = costs.filter(({ cold }) => median(cold[0]!.coldMs) > median(cold[1]!.coldMs));
  const slowest = Math.min(...costs.map(({ inProcess }) => inProcess.perSecond));
  const ratios = costs.map(peakRatio);
  const of = <T>(from: readonly unknown[], value: T) => (from.length === 0 ? undefined : value);
  const worstText = below.length === 0 ? percent(worst) : `${percent(worst)}, below in ${names(below)}`;
  const coldText = slower.length === 0 ? 'in every file' : `slower in ${names(slower)}`;
  return [
    aim(
      'chains equal on at least 99.5 % of agreed rows, in every file',
      of(answers, worstText),
      below.length === 0,
    ),
    aim('cold no slower than llvm-symbolizer, in every file', of(costs, coldText), slower.length === 0),
    aim(
      'warm at least 500,000 addresses/s on one core',
      of(costs, `${count(slowest)} at least`),
      slowest >= LEAST_PER_SECOND,
    ),
    aim(
      "peak memory at most 1.5 × llvm-symbolizer's",
      of(costs, `${Math.max(...ratios).toFixed(2)} × at most`),
      ratios.every((ratio) => ratio <= MOST_PEAK),
    ),
    firstAim(large),
  ];
}

function aim(text: string, measured: string | undefined, met: boolean): Aim {
  return {
    aim: text,
    measured: measured ?? '',
    verdict: aimVerdict(measured === undefined ? undefined : met),
  };
}

function firstAim(large: SymbolsResult['large']): Aim {
  const text = 'first answer from a debug file of at least 500 MB within 2 s';
  if (large === undefined || typeof large === 'string') return aim(text, undefined, false);
  const ms = median(large.first[0]!.coldMs);
  return aim(text, `${count(ms)} ms`, ms <= MOST_FIRST_MS);
}

function names(files: readonly { name: string }[]): string {
  return files.map(({ name }) => name).join(', ');
}

/** Of the runs with all addresses. */
function peakRatio({ warm }: FileCosts): number {
  return warm[0]!.peakBytes / warm[1]!.peakBytes;
}

function answersTable({ answers }: SymbolsResult): string {
  const rows = answers.map((file) => [
    `\`${file.name}\`: ${file.what}`,
    count(file.addresses),
    count(file.agreed),
    count(file.equal),
    file.agreed === 0 ? '' : percent(equalShare(file)),
    [...file.differing].map(([difference, rows]) => `${difference} ${rows}`).join(', '),
  ]);
  return table(['file', 'addresses', 'agreed', 'equal', 'share', 'first difference'], rows);
}

function answersMethod({ answers, missing }: SymbolsResult): string {
  const examples = answers.flatMap(({ name, examples }) =>
    [...examples].map(([difference, text]) => `- \`${name}\`, ${difference}: ${text}`),
  );
  return [
    'Addresses are drawn evenly from what the frame descriptions cover (Go: from its symbols). A row is agreed where ' +
      'llvm-symbolizer has a file for it and eu-addr2line or addr2line has the same chain of files and lines; equal means ' +
      "llvm-symbolizer's chain: every linkage name, file (without its folders) and line, innermost first. What is judged of " +
      'Go is the stripped program, and of the supplement what dwz left, each by the same code before that; the `.abi0` of ' +
      "assembler functions stands in Go's symbols and DWARF only, and is left out of the reference's names." +
      (missing.length === 0 ? '' : ` Left out: ${missing.join('; ')}.`),
    ...(examples.length === 0 ? [] : [`Where they differ, the first of each:\n\n${examples.join('\n')}`]),
  ].join('\n\n');
}

function costTable(costs: readonly FileCosts[]): string {
  const rows = costs.flatMap(({ name, addresses, cold }) =>
    cold.map(({ filter, coldMs, peakBytes }) => [
      `\`${name}\`, ${filter}`,
      count(addresses),
      `${median(coldMs).toFixed(0)} ms`,
      `${Math.min(...coldMs).toFixed(0)} ms`,
      megabytes(peakBytes),
    ]),
  );
  return table(['cold', 'addresses', 'median', 'fastest', 'peak memory'], rows);
}

function warmTable(costs: readonly FileCosts[]): string {
  const rows = costs.flatMap(({ name, warm, inProcess }) => [
    [`\`${name}\`, pilotlight in process`, count(inProcess.addresses), count(inProcess.perSecond), ''],
    ...warm.map(({ filter, addresses, perSecond, peakBytes }) => [
      `\`${name}\`, ${filter}`,
      count(addresses),
      count(perSecond),
      megabytes(peakBytes),
    ]),
  ]);
  return table(['warm', 'addresses', 'addresses per second', 'peak memory'], rows);
}

const COST_METHOD =
  'Cold: from the start of one process to the last answer through its pipes, the tools in the order A B C C B A in every ' +
  'round of one run (what takes more than 3 s in the first round only), files in the page cache, each tool on the file whose debug information it understands (Go, libc). Warm: the same addresses again in the same process; "in process" is the ' +
  "symbolizer's own loop on one thread, as the daemon uses it, the others and `pilotlight symbolize` answer through pipes, " +
  'JSON or text included. Peak memory is VmHWM at the last answer.';

function largeText(large: SymbolsResult['large']): string[] {
  if (large === undefined) return [];
  if (typeof large === 'string') return [`### A large file\n\nNot measured: ${large}.`];
  const { file, first } = large;
  const rows = first.map(({ filter, coldMs, peakBytes }) => [
    filter,
    `${median(coldMs).toFixed(0)} ms`,
    `${Math.min(...coldMs).toFixed(0)} ms`,
    megabytes(peakBytes),
  ]);
  return [
    '### A large file',
    table(['first answer', 'median', 'fastest', 'peak memory'], rows),
    `From the start of the process to the answer to one address, of a file of ${megabytes(file.bytes)}: ${count(file.units)} ` +
      'units of C++ with debug information, not compressed, in the page cache.',
  ];
}
