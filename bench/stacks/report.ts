// The section "stacks" of docs/benchmarks.md, and the same on the terminal.
import type { Aim } from '../lib/report.ts';
import { aimsTable, aimVerdict, table } from '../lib/report.ts';
import type { RunFacts } from '../lib/run-facts.ts';
import { factLines } from '../lib/run-facts.ts';
import type { StoredWindow } from '../lib/stored-walks.ts';
import { wholeShare } from '../lib/stored-walks.ts';
import type { Measured } from './measure.ts';
import { PERF_RATE, PERF_STACK_BYTES } from './measure.ts';
import type { StacksOptions } from './options.ts';
import type { Agreement } from './profile.ts';
import { agreement, differenceOf } from './profile.ts';

export interface StacksFacts extends RunFacts {
  /** Rate in force at the end. */
  rateHz: number;
}

export interface StacksRow extends Measured {
  ours: StoredWindow;
}

const AIM_WHOLE = 0.99;
const AGREE = { least: 0.05, tolerance: 0.02 };

const agreementOf = ({ ours, dwarf }: StacksRow): Agreement =>
  agreement(ours.inclusive, dwarf.inclusive, {
    ...AGREE,
    samples: { ours: ours.samples, theirs: dwarf.samples },
  });

/** Where perf cuts stacks, the functions beyond the cut differ by what it has lost. */
const comparable = ({ dwarf }: StacksRow) => dwarf.whole >= AIM_WHOLE;

export function aims(rows: readonly StacksRow[]): Aim[] {
  const named = (some: readonly StacksRow[]) => some.map(({ workload }) => workload.what).join(', ');
  const aim = (text: string, misses: readonly StacksRow[]): Aim => ({
    aim: text,
    measured: misses.length === 0 ? 'all' : `not: ${named(misses)}`,
    verdict: aimVerdict(rows.length === 0 ? undefined : misses.length === 0),
  });
  return [
    aim(
      `at least ${AIM_WHOLE * 100} % of the user stacks reach their root`,
      rows.filter(({ ours }) => wholeShare(ours.walks) < AIM_WHOLE),
    ),
    aim(
      "never fewer than perf's, by DWARF or by frame pointer",
      rows.filter(({ ours, dwarf, fp }) => wholeShare(ours.walks) < Math.max(dwarf.whole, fp.whole)),
    ),
    aim(
      `functions with ${AGREE.least * 100} % or more: within ${AGREE.tolerance * 100} points of perf's DWARF mode, ` +
        `where its own stacks are whole (${rows.filter(comparable).length} programs)`,
      rows.filter((row) => comparable(row) && agreementOf(row).beyond.length > 0),
    ),
  ];
}

export function section(facts: StacksFacts, options: StacksOptions, rows: readonly StacksRow[]): string {
  return [
    '## stacks',
    'User stacks of running programs that reach their root, beside those of perf over the same seconds.',
    factLines(facts),
    ...(facts.rateHz < options.rateHz ? [`> **The governor lowered our rate to ${facts.rateHz} Hz.**`] : []),
    aimsTable(aims(rows)),
    wholeTable(rows),
    method(options),
    ends(rows),
    '### Functions with their callees',
    'Shares of CPU time. Beyond the tolerance: even the near end of the 95 % interval of the difference (two independent ' +
      'samplings differ by chance) is beyond 2 points. Where perf loses the outermost frames, as it does for some ' +
      'processes and not for others of the same program, its functions there are listed with what is left of them.',
    agreementTable(rows),
    ...beyondTable(rows),
  ].join('\n\n');
}

function wholeTable(rows: readonly StacksRow[]): string {
  const head = [
    '',
    'Pilotlight',
    `perf, DWARF ${PERF_STACK_BYTES / 1024} KiB`,
    'perf, fp',
    'samples of each',
  ];
  return table(
    head,
    rows.map(({ workload, ours, dwarf, fp }) => [
      workload.what,
      percent(wholeShare(ours.walks)),
      percent(dwarf.whole),
      percent(fp.whole),
      [ours.samples, dwarf.samples, fp.samples].map((count) => count.toLocaleString('en')).join(' / '),
    ]),
  );
}

function method({ seconds, rateHz }: StacksOptions): string {
  return (
    `Each program runs for ${seconds} s, with \`pilotlight serve --rate ${rateHz}\`, ` +
    `\`perf record -F ${rateHz * PERF_RATE} --call-graph dwarf,${PERF_STACK_BYTES}\` and the same with \`fp\` ` +
    'beside it; counted are its processes. Ours: how each walk ended, as it is stored with the sample. perf: whether the ' +
    'outermost frame of `perf script` lies where nothing calls (call frame information says so, or the entry point, or ' +
    "Go's `goexit`, `mstart`, `rt0_go`). A sample without a user part counts as one that is not whole, with each of them; " +
    'kernel threads have none.'
  );
}

function ends(rows: readonly StacksRow[]): string {
  const parts = rows.flatMap(({ workload, ours }) => {
    const others = [...ours.walks].filter(([end]) => end !== 'root' && end !== 'noUserStack');
    if (others.length === 0) return [];
    return [`${workload.what}: ${others.map(([end, count]) => `${end} ${count}`).join(', ')}`];
  });
  return parts.length === 0
    ? 'All of ours reach the root.'
    : `Ours that do not, by what ended them: ${parts.join('; ')}.`;
}

function agreementTable(rows: readonly StacksRow[]): string {
  const head = ['', "perf's whole", 'compared', 'beyond 2 points', 'largest difference'];
  return table(
    head,
    rows.map((row) => {
      const { compared, beyond, largest } = agreementOf(row);
      const shown =
        largest === null ? 'n/a' : `${points(differenceOf(largest))} (\`${short(largest.name)}\`)`;
      return [row.workload.what, percent(row.dwarf.whole), String(compared), String(beyond.length), shown];
    }),
  );
}

function beyondTable(rows: readonly StacksRow[]): string[] {
  const lines = rows
    .filter(comparable)
    .flatMap((row) =>
      agreementOf(row).beyond.map(({ name, ours, theirs }) => [
        `${row.workload.what}: \`${short(name)}\``,
        percent(ours),
        percent(theirs),
      ]),
    );
  if (lines.length === 0) return [];
  return [table(['beyond the tolerance', 'Pilotlight', 'perf, DWARF'], lines)];
}

/** Linkage names can be very long. */
function short(name: string): string {
  return name.length > 60 ? `${name.slice(0, 57)}…` : name;
}

function percent(share: number): string {
  return Number.isNaN(share) ? 'n/a' : `${(share * 100).toFixed(2)} %`;
}

function points(share: number): string {
  return `${(share * 100).toFixed(2)} points`;
}
