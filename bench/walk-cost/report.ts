// The section "walk-cost" of docs/benchmarks.md, and the same on the terminal.
import type { Interval } from '../lib/interval.ts';
import type { Aim } from '../lib/report.ts';
import { aimsTable, aimVerdict, table } from '../lib/report.ts';
import type { RunFacts } from '../lib/run-facts.ts';
import { factLines } from '../lib/run-facts.ts';
import type { Cost, CostComparison } from './cost.ts';
import { compare, slowest } from './cost.ts';
import type { MeasuredLoad } from './measure.ts';
import type { WalkCostOptions } from './options.ts';
import { PEER_RATE_HZ, RATE_HZ } from './samplers.ts';
import type { StartMemory } from './start.ts';
import type { CostSample } from './tap.ts';

export interface WalkCostFacts extends RunFacts {
  /** Share of the CPUs' time that other guests of the host took. */
  steal: number;
}

export interface WalkCostResult {
  loads: readonly MeasuredLoad[];
  start: StartMemory | null;
}

/** µs, but for the ratio. */
const AIM = { ratio: 2, p99: 60, max: 150, startBytes: 450e6 };
const SLOWEST = 5;

export function aims({ loads, start }: WalkCostResult): Aim[] {
  const equal = loads.flatMap((row) => (row.load.equalDepth ? (comparison(row, true) ?? []) : []));
  const ours = loads.flatMap((row) => allCosts(row));
  const most = (values: readonly number[]) => (values.length === 0 ? undefined : Math.max(...values));
  const aim = (
    text: string,
    value: number | undefined,
    limit: number,
    unit: string,
    digits: number,
  ): Aim => ({
    aim: text,
    measured: value === undefined ? 'n/a' : `${value.toFixed(digits)}${unit}`,
    verdict: aimVerdict(value === undefined ? undefined : value <= limit),
  });
  const [ratio, p99, max] = [
    most(equal.map((row) => row.ratio.mean)),
    most(ours.map((cost) => cost.p99)),
    most(ours.map((cost) => cost.max)),
  ];
  const peakMb = start === null ? undefined : start.peakBytes / 1e6;
  return [
    aim(
      `mean at most ${AIM.ratio} times the kernel's helper, at equal depth, in user mode`,
      ratio,
      AIM.ratio,
      ' ×',
      2,
    ),
    aim(`99th percentile at most ${AIM.p99} µs, in user mode and in the kernel`, p99, AIM.p99, ' µs', 1),
    aim(`longest at most ${AIM.max} µs`, max, AIM.max, ' µs', 1),
    aim(
      'all processes at a start with 300 processes: at most 450 MB',
      peakMb,
      AIM.startBytes / 1e6,
      ' MB',
      0,
    ),
  ];
}

const comparison = ({ ours, peer }: MeasuredLoad, userMode: boolean): CostComparison | null =>
  compare({ ours, peer }, userMode);

const allCosts = (row: MeasuredLoad): Cost[] =>
  [true, false].flatMap((userMode) => comparison(row, userMode)?.ours ?? []);

export function section(facts: WalkCostFacts, options: WalkCostOptions, result: WalkCostResult): string {
  const { steal } = facts;
  const { loads, start } = result;
  return [
    '## walk-cost',
    "Time in the BPF program per sample, beside the kernel's own walk by frame pointer, and the daemon's memory when it starts.",
    factLines(facts),
    ...(steal > 0.02 ? [`> **Other guests took ${(steal * 100).toFixed(0)} % of the CPUs meanwhile.**`] : []),
    aimsTable(aims(result)),
    ...(loads.length === 0 ? [] : costSections(options, loads)),
    ...(start === null ? [] : startSection(start)),
  ].join('\n\n');
}

function costSections({ seconds }: WalkCostOptions, loads: readonly MeasuredLoad[]): string[] {
  const rows = (userMode: boolean) =>
    loads.flatMap((row) => {
      const found = comparison(row, userMode);
      return found ? [costRow(row, found)] : [];
    });
  const head = ['µs', 'mean', 'median', '99 %', 'longest', 'frames', 'samples', 'mean / mean (95 %)'];
  return [
    '### Samples in user mode',
    table(head, rows(true)),
    "### Samples in the kernel (its part of the stack, by its own walk, is in both programs' time)",
    table(head, rows(false)),
    method(seconds),
    `Longest of each load: ${loads.map(longest).join('; ')}.`,
  ];
}

/** Ours / the helper's. */
function costRow({ load }: MeasuredLoad, { ours, peer, ratio }: CostComparison): string[] {
  const both = (of: (cost: Cost) => number, digits = 1) =>
    `${of(ours).toFixed(digits)} / ${of(peer).toFixed(digits)}`;
  return [
    `${load.what}${load.equalDepth ? ' ¹' : ''}`,
    both(({ mean }) => mean),
    both(({ median }) => median),
    both(({ p99 }) => p99),
    both(({ max }) => max),
    both(({ frames }) => frames),
    both(({ samples }) => samples, 0),
    interval(ratio),
  ];
}

function interval({ mean, low, high }: Interval): string {
  return `${mean.toFixed(2)} (${low.toFixed(2)} to ${high.toFixed(2)})`;
}

function method(seconds: number): string {
  return (
    `Each load runs for ${seconds} s (started anew, its unwind tables cached from none to all as they are for the ` +
    `daemon). Attached at the same time: our program at ${RATE_HZ} Hz, and at ${PEER_RATE_HZ} Hz the same program ` +
    'compiled with `bpf_get_stack(…, BPF_F_USER_STACK)` in the place of the walk; figures are ours / its. Time is what ' +
    'each record says of itself, from entry to the end of the record: everything but the interrupt, what others of the ' +
    'host take from this virtual machine included. Samples whose stacks were copied for the drain to walk are among ours. ' +
    "¹ Frame pointers throughout, so that both find these frames; libc's outermost have none, and so the helper misses " +
    'one or two, or adds a wrong one.'
  );
}

function longest({ load, ours }: MeasuredLoad): string {
  return `${load.what}: ${slowest(ours, SLOWEST).map(describeSample).join(', ')}`;
}

function describeSample({ busyNs, userMode, frames, kernelFrames, end, copied }: CostSample): string {
  const where = userMode ? 'user' : `kernel ${kernelFrames}`;
  const how = copied ? 'copied' : `${frames ?? '?'} frames${end === 'root' ? '' : `, ${end}`}`;
  return `${(busyNs / 1000).toFixed(0)} µs (${where}, ${how})`;
}

function startSection(start: StartMemory): string[] {
  const mb = (bytes: number) => `${(bytes / 1e6).toFixed(0)} MB`;
  const parts = start.peak.map(({ name, rssBytes }) => `${name} ${mb(rssBytes)}`).join(', ');
  return [
    '### Memory at a start',
    table(
      ['resident, all processes of the daemon', ''],
      [
        [`highest together, ${start.peakSeconds.toFixed(1)} s after the start`, mb(start.peakBytes)],
        ['with shared pages counted once, highest', mb(start.peakPssBytes)],
        ["sum of each process's own highest", mb(start.highestBytes)],
        ['after a minute', mb(start.lastBytes)],
      ],
    ),
    `\`pilotlight serve\` with an empty data directory, so that every unwind table is compiled, on a host with ` +
      `${start.processes} processes of ${start.programs} different programs of ours (four of them busy) beside its own; ` +
      `read every 100 ms for a minute. At the highest: ${parts}. Unwind tables and mappings in the kernel: ` +
      `${mb(start.tableBytes)}.`,
  ];
}
