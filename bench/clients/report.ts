// The section "clients" of docs/benchmarks.md, and the same on the terminal.
import type { Aim } from '../lib/report.ts';
import { aimsTable, aimVerdict, table } from '../lib/report.ts';
import type { RunFacts } from '../lib/run-facts.ts';
import { factLines } from '../lib/run-facts.ts';
import { quantile } from '../lib/timings.ts';
import type { Answered } from './client.ts';
import type { ClientsOptions } from './options.ts';
import type { Account } from './watch.ts';

export interface ClientsResult {
  answers: readonly Answered[];
  /** Of the time in which the clients asked. */
  account: Account;
  /** Of all processes of the daemon, bytes. */
  memory: { before: number; peak: number };
  /** Lowest rate in force, Hz. */
  rateHz: number;
  /** Seconds in which the clients asked. */
  seconds: number;
  /** Processes that wanted a CPU before the benchmark began, on average over a minute: what others do on the machine. */
  loadBefore: number;
}

/** 256 MB of the database, 64 MB of answers that are on their way, and what three processes take anyway. */
const AIM_PEAK_BYTES = 512e6;
/** Refused for a while, with the time to come again: a limit, and no failure. */
const REFUSALS = [429, 503];

const isOk = ({ status }: Answered) => status === 200;
const isRefused = ({ status }: Answered) => REFUSALS.includes(status);

export function aims({ answers, account, memory }: ClientsResult): Aim[] {
  const lost = [...account.losses.values()].reduce((sum, count) => sum + count, 0);
  const failed = answers.filter((answered) => !isOk(answered) && !isRefused(answered)).length;
  return [
    {
      aim: 'conservation closes',
      measured: account.closed ? 'it does' : `${account.unaccounted} unaccounted`,
      verdict: aimVerdict(account.closed),
    },
    {
      aim: 'no sample is lost',
      measured: `${lost} of ${account.samples + lost}`,
      verdict: aimVerdict(lost === 0),
    },
    {
      aim: `memory (RSS) of our processes never above ${megabytes(AIM_PEAK_BYTES)}`,
      measured: `${megabytes(memory.peak)}; before the clients came ${megabytes(memory.before)}`,
      verdict: aimVerdict(memory.peak <= AIM_PEAK_BYTES),
    },
    {
      aim: 'every request is answered, or told when to come again',
      measured: `${failed} failed of ${answers.length}`,
      verdict: aimVerdict(failed === 0),
    },
  ];
}

export function section(facts: RunFacts, options: ClientsOptions, result: ClientsResult): string {
  return [
    '## clients',
    'Many clients at once, on the machine that is sampled.',
    `${factLines(facts)}\n- Load average before it began: ${result.loadBefore.toFixed(1)}`,
    aimsTable(aims(result)),
    routesTable(result),
    method(options, result),
  ].join('\n\n');
}

function routesTable({ answers, seconds }: ClientsResult): string {
  const routes = [...new Set(answers.map(({ route }) => route))].sort();
  const rows = ['all', ...routes].map((route) => {
    const all = answers.filter((answered) => route === 'all' || answered.route === route);
    const ms = all.filter(isOk).map((answered) => answered.ms);
    const at = (share: number) => (ms.length === 0 ? 'n/a' : `${Math.round(quantile(ms, share))} ms`);
    const refused = all.filter(isRefused).length;
    return [
      route,
      (all.length / seconds).toFixed(1),
      String(all.length),
      String(refused),
      at(0.5),
      at(0.99),
      at(1),
    ];
  });
  return table(['route', 'per second', 'requests', 'refused', 'median', 'p99', 'longest'], rows);
}

function method({ clients, minutes, rateHz }: ClientsOptions, { account, ...result }: ClientsResult): string {
  const explorers = Math.round(clients / 10);
  const ticks = account.samples + account.idle + account.notFired;
  return (
    `${clients} clients ask for ${minutes} minutes, while a program keeps one CPU busy: ${clients - explorers} as a page in live mode (flame graph and timeline ` +
    `of the last five minutes every 5 s, status every 10 s), ${explorers} for windows of any length by every route, as fast ` +
    'as somebody who looks around. They run in one process beside the daemon and take their CPU time from the same CPUs. ' +
    'Times are from the request to the last byte, of answers; refused are those that were told to come again (429, 503). ' +
    `The daemon samples at ${rateHz} Hz and lowered that to ${result.rateHz} Hz at the least; ` +
    `${((account.notFired / ticks) * 100).toFixed(2)} % of the ticks did not fire.`
  );
}

function megabytes(bytes: number): string {
  return `${Math.round(bytes / 1e6)} MB`;
}
