// What naming addresses costs: time from the start of a process, time when asked again, memory; ours beside others'.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { median } from '../lib/interval.ts';
import { ask } from './ask.ts';
import type { Filter } from './filter.ts';
import { thinned } from './text-addresses.ts';

export interface FilterCost {
  filter: string;
  /** Start to last answer, ms: one per run. */
  coldMs: number[];
  /** VmHWM, the highest of the runs. */
  peakBytes: number;
}

export interface WarmCost {
  filter: string;
  addresses: number;
  /** Addresses per second when all were asked before, through its pipes. */
  perSecond: number;
  /** VmHWM after that. */
  peakBytes: number;
}

/** In our own process, without pipes and text: as the daemon names addresses. */
export interface InProcess {
  addresses: number;
  firstMs: number;
  /** The same addresses again, on one thread. */
  perSecond: number;
}

const AGAIN = 3;
/** What takes longer is measured in the first round only. */
const SLOW_MS = 3000;

/** A filter, and the file that it reads: the debug information that it understands is not in the same file for all. */
export interface Contender {
  filter: Filter;
  path: string;
}

/** In the order A B C, C B A in every round, so that a drift of the machine meets all alike. */
export async function coldCosts(
  contenders: readonly Contender[],
  addresses: readonly number[],
  rounds: number,
): Promise<FilterCost[]> {
  const costs = contenders.map(({ filter }): FilterCost => ({
    filter: filter.name,
    coldMs: [],
    peakBytes: 0,
  }));
  // Once for the page cache: what is measured is the program, not the disk.
  const firstMs: number[] = [];
  for (const { filter, path } of contenders) firstMs.push((await ask(filter, path, addresses)).ms);
  const order = contenders.map((_, i) => i);
  for (let round = 0; round < rounds; round++) {
    for (const i of [...order, ...order.toReversed()]) {
      if (round > 0 && firstMs[i]! > SLOW_MS) continue;
      const { filter, path } = contenders[i]!;
      const { ms, peakBytes } = await ask(filter, path, addresses);
      costs[i]!.coldMs.push(ms);
      costs[i]!.peakBytes = Math.max(costs[i]!.peakBytes, peakBytes);
    }
  }
  return costs;
}

/** The same addresses again in the same process. */
export async function warmCosts(
  contenders: readonly Contender[],
  addresses: readonly number[],
): Promise<WarmCost[]> {
  const costs: WarmCost[] = [];
  for (const { filter, path } of contenders) {
    const some = thinned(addresses, filter.warmAddresses);
    const { againMs, peakBytes } = await ask(filter, path, some, { again: AGAIN });
    const perSecond = (1000 * some.length) / median(againMs);
    costs.push({ filter: filter.name, addresses: some.length, perSecond, peakBytes });
  }
  return costs;
}

export function inProcess(path: string, addresses: readonly number[]): InProcess {
  const script = join(import.meta.dirname, 'in-process.mjs');
  const output = execFileSync(process.execPath, [script, path], {
    encoding: 'utf8',
    input: JSON.stringify(addresses),
  });
  return { addresses: addresses.length, ...(JSON.parse(output) as Omit<InProcess, 'addresses'>) };
}
