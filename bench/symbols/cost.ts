// What naming addresses costs: time from the start of a process, time when asked again, memory; ours beside others'.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { ask, type Asked } from './ask.ts';
import type { Filter } from './filter.ts';

export interface FilterCost {
  filter: string;
  /** Start to last answer, ms: one per run. */
  coldMs: number[];
  /** VmHWM, the highest of the runs. */
  peakBytes: number;
}

export interface WarmCost {
  filter: string;
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

const AGAIN = 5;

/** In the order A B C, C B A in every round, so that a drift of the machine meets all alike. */
export async function coldCosts(
  filters: readonly Filter[],
  path: string,
  addresses: readonly number[],
  rounds: number,
): Promise<FilterCost[]> {
  const costs = filters.map(({ name }): FilterCost => ({ filter: name, coldMs: [], peakBytes: 0 }));
  // Once for the page cache: what is measured is the program, not the disk.
  for (const filter of filters) await ask(filter, path, addresses);
  const order = filters.map((_, i) => i);
  for (let round = 0; round < rounds; round++) {
    for (const i of [...order, ...order.toReversed()]) {
      const { ms, peakBytes } = await ask(filters[i]!, path, addresses);
      costs[i]!.coldMs.push(ms);
      costs[i]!.peakBytes = Math.max(costs[i]!.peakBytes, peakBytes);
    }
  }
  return costs;
}

/** The same addresses again in the same process. */
export async function warmCosts(
  filters: readonly Filter[],
  path: string,
  addresses: readonly number[],
): Promise<WarmCost[]> {
  const costs: WarmCost[] = [];
  for (const filter of filters) {
    const asked = await ask(filter, path, addresses, { again: AGAIN });
    costs.push({ filter: filter.name, perSecond: warmRate(asked, addresses), peakBytes: asked.peakBytes });
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

function warmRate({ againMs }: Asked, addresses: readonly number[]): number {
  return (1000 * addresses.length) / Math.min(...againMs);
}
