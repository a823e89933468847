// The section of docs/benchmarks.md that `npm run bench -- kills` writes.
import type { Aim } from '../lib/report.ts';
import { aimsTable, aimVerdict, table } from '../lib/report.ts';
import type { RunFacts } from '../lib/run-facts.ts';
import { factLines } from '../lib/run-facts.ts';
import type { Kill } from './kill.ts';
import type { KillsOptions, Victim } from './options.ts';

const MOST_LOST_S = 5;
const MOST_RESUMED_MS = 2000;

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? NaN;

function row(victim: Victim, kills: readonly Kill[]): string[] {
  const of = (value: (kill: Kill) => number, digits: number): string => {
    const values = kills.map(value);
    return `${median(values).toFixed(digits)} / ${Math.max(...values).toFixed(digits)}`;
  };
  return [
    victim,
    String(kills.length),
    of(({ backMs }) => backMs / 1000, 2),
    of(({ resumedMs }) => resumedMs / 1000, 2),
    of(({ lost }) => lost, 0),
    of(({ lostSeconds }) => lostSeconds, 2),
  ];
}

function aims(kills: readonly Kill[]): Aim[] {
  const lost = Math.max(...kills.map(({ lostSeconds }) => lostSeconds));
  const resumed = Math.max(...kills.map(({ resumedMs }) => resumedMs));
  const open = kills.filter(({ open }) => open !== null).length;
  return [
    { aim: `no more than ${MOST_LOST_S} s of samples lost by a kill`, measured: `${lost.toFixed(2)} s at most`, verdict: aimVerdict(lost <= MOST_LOST_S) },
    { aim: `sampling resumes within ${MOST_RESUMED_MS / 1000} s`, measured: `${(resumed / 1000).toFixed(2)} s at most`, verdict: aimVerdict(resumed <= MOST_RESUMED_MS) },
    { aim: 'every sample accounted for after each kill', measured: `${open} accounts open of ${kills.length}`, verdict: aimVerdict(open === 0) },
  ]; // prettier-ignore
}

export function section(facts: RunFacts, { rateHz, victims }: KillsOptions, kills: readonly Kill[]): string {
  const rows = victims.map((victim) =>
    row(
      victim,
      kills.filter((kill) => kill.victim === victim),
    ),
  );
  const header = [
    'killed',
    'times',
    'answers again, s',
    'first sample after, s',
    'samples lost',
    'of all CPUs, s',
  ];
  return `## Kills

What is lost when a process of the daemon is killed (SIGKILL) while all CPUs are busy, at ${rateHz} Hz. Each cell: median / most.
The events and logs are the kernel's and outlive both processes, so sampling goes on; lost is what the service had
drained and not stored yet.

${factLines(facts)}

${table(header, rows)}

${aimsTable(aims(kills))}`;
}
