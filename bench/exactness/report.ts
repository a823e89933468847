// The section "exactness" of docs/benchmarks.md, and the same on the terminal.
import type { Aim } from '../lib/report.ts';
import { aimsTable, aimVerdict, table } from '../lib/report.ts';
import type { RunFacts } from '../lib/run-facts.ts';
import { factLines } from '../lib/run-facts.ts';
import type { Workload } from '../lib/workloads.ts';
import type { Verdict } from './compare.ts';
import type { LeftOut } from './pairs.ts';
import type { Difference, Tally } from './tally.ts';
import { exactShare, sum } from './tally.ts';

export interface ExactnessFacts extends RunFacts {
  /** What the reference is, with its version. */
  reference: string;
}

export interface ExactnessResult {
  workloads: readonly Workload[];
  tallies: readonly Tally[];
  leftOut: LeftOut;
  /** Name of the workload, what is missing. */
  missing: ReadonlyMap<string, readonly string[]>;
  /** Path of the file, why it has no table. */
  withoutTable: ReadonlyMap<string, string>;
}

const AIM_PAIRS = 10_000;
const AIM_EXACT = 0.995;

const MEANINGS: Record<Verdict, string> = {
  same: 'equal',
  'same-to-copy-end': "equal to the copy's end",
  'reference-failed': 'the reference failed on the way to the root',
  'switched-stack': "equal to where Go's run time changes stacks, and there the reference cannot go on",
  'reference-strayed': 'the reference went on to an address that is no code',
  'fewer-frames': 'ours has fewer frames',
  'more-frames': 'ours has more frames',
  'other-frames': 'other frames',
};

export function aims({ tallies }: ExactnessResult): Aim[] {
  const pairs = sum(tallies, (tally) => tally.pairs);
  const share = exactShare(tallies);
  return [
    {
      aim: `at least ${AIM_PAIRS.toLocaleString('en')} recorded stacks`,
      measured: pairs.toLocaleString('en'),
      verdict: aimVerdict(pairs >= AIM_PAIRS),
    },
    {
      aim: `exactly the frames of an independent unwinder in at least ${AIM_EXACT * 100} %`,
      measured: `${exactly(share)} (all but ${judgedOtherwise(tallies)})`,
      verdict: aimVerdict(share >= AIM_EXACT),
    },
  ];
}

export function section(facts: ExactnessFacts, result: ExactnessResult): string {
  return [
    '## exactness',
    'Our walks of recorded stacks beside those of an independent unwinder, frame by frame.',
    factLines(facts, facts.reference),
    ...[...result.missing].map(([name, needs]) => `> **${name} was left out: no ${needs.join(', ')}.**`),
    aimsTable(aims(result)),
    perWorkload(result),
    method(result),
    shortWalks(result),
    ...differences(result),
  ].join('\n\n');
}

function perWorkload({ workloads, tallies }: ExactnessResult): string {
  const whatOf = (name: string) => workloads.find((workload) => workload.name === name)?.what ?? name;
  const row = (name: string, some: readonly Tally[]) => {
    const pairs = sum(some, (tally) => tally.pairs);
    const root = sum(some, ({ ends }) => ends.get('root') ?? 0);
    const frames = sum(some, (tally) => tally.frames);
    return [
      name,
      pairs.toLocaleString('en'),
      (frames / pairs).toFixed(1),
      exactly(exactShare(some)),
      String(judgedOtherwise(some)),
      String(sum(some, (tally) => tally.referenceFailed)),
      percent(root / pairs),
      percent(sum(some, (tally) => tally.framesByPointer) / frames),
    ];
  };
  const head = [
    '',
    'stacks',
    'frames each',
    'exact',
    'not exact',
    'reference failed',
    'reach the root',
    'by frame pointer',
  ];
  return table(head, [...tallies.map((tally) => row(whatOf(tally.workload), [tally])), row('all', tallies)]);
}

function method({ tallies, leftOut, withoutTable }: ExactnessResult): string {
  const files = [...withoutTable].map(([path, reason]) => `${path} (${reason})`).join(', ');
  return (
    '`perf record` copies registers and up to 64 KiB of the stack at each sample; mappings come from its side band. Ours: ' +
    "tables that `src/unwind` compiles from the programs' files, walked by `bpf/walk.h` as compiled into the addon. The " +
    'reference gets the same registers, stack and files, without debug files. Exact: the same addresses in the same order, ' +
    'as many of them. ' +
    `Where the copy ends before the stack does, they are compared as far as it goes (${sum(tallies, (t) => t.toCopyEnd)} stacks). ` +
    "Reference failed: it ended with an error, or lost a register that had been popped, where ours goes on to the root, or came to where Go's run time changes stacks: not " +
    `counted. Left out: ${leftOut.withoutStack} samples without a user stack, ${leftOut.outsideOfMappings} in no mapping. ` +
    `Files without a table: ${files === '' ? 'none' : files}.`
  );
}

/** Where ours stops, the reference stops too, or it is listed as a difference. */
function shortWalks({ tallies }: ExactnessResult): string {
  const parts = tallies.flatMap(({ workload, ends }) => {
    const others = [...ends].filter(([end]) => end !== 'root');
    return others.length === 0 ? [] : [`${workload}: ${others.map(([end, n]) => `${end} ${n}`).join(', ')}`];
  });
  if (parts.length === 0) return 'All of ours reach the root.';
  return `Walks that end before the root, by what ended ours: ${parts.join('; ')}.`;
}

function differences({ tallies }: ExactnessResult): string[] {
  const rows = tallies.flatMap(({ workload, differences: found }) =>
    [...found.values()]
      .sort(byCount)
      .map((difference) => [
        workload,
        `${MEANINGS[difference.verdict]}; ours ended with ${difference.ourEnd}, the reference with ${difference.referenceEnd}`,
        String(difference.count),
        difference.example,
      ]),
  );
  if (rows.length === 0) return [];
  return [
    '### What is not equal',
    table(['program', 'how', 'stacks', 'the first of them (places by file offset)'], rows),
  ];
}

function byCount(a: Difference, b: Difference): number {
  return b.count - a.count;
}

function judgedOtherwise(some: readonly Tally[]): number {
  return sum(some, (tally) => tally.pairs - tally.exact - tally.referenceFailed);
}

/** Never rounded up: 100 % has no exception. */
function exactly(share: number): string {
  return percent(Math.floor(share * 1e4) / 1e4);
}

function percent(share: number): string {
  return Number.isNaN(share) ? 'n/a' : `${(share * 100).toFixed(2)} %`;
}
