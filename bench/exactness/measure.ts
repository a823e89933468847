// One workload: recorded, walked by both, compared.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { LEAF_FRAMES } from '../../src/collector/wire.gen.ts';
import { LARGEST_STACK_COPY, perfRecord } from '../lib/perf-record.ts';
import { findMapping } from '../lib/recorded-processes.ts';
import type { Workload } from '../lib/workloads.ts';
import { compareWalks } from './compare.ts';
import type { ExactnessOptions } from './options.ts';
import type { LeftOut } from './pairs.ts';
import { pairsOf } from './pairs.ts';
import { Reference } from './reference.ts';
import type { Replayer } from './replay.ts';
import type { Tally } from './tally.ts';
import { count, emptyTally } from './tally.ts';

export interface Tools {
  folder: string;
  /** The reference unwinder, compiled. */
  program: string;
  replayer: Replayer;
  leftOut: LeftOut;
}

export async function measureWorkload(
  workload: Workload,
  { seconds, rateHz }: ExactnessOptions,
  { folder, program, replayer, leftOut }: Tools,
): Promise<Tally> {
  const own = join(folder, workload.name);
  mkdirSync(own);
  const command = workload.prepare(own, seconds);
  const data = await perfRecord(command, { folder: own, seconds, rateHz, stackBytes: LARGEST_STACK_COPY });
  const tally = emptyTally(workload.name);
  const reference = new Reference(program);
  try {
    for (const pair of pairsOf(data, leftOut)) {
      const theirs = await reference.walk(pair);
      const ours = replayer.walk(pair);
      const isMapped = (address: bigint) => findMapping(pair.space, address) !== undefined;
      const isSwitch = (address: bigint) => replayer.isSwitch(pair.space, address);
      const context = { leafFrames: LEAF_FRAMES, stackCut: pair.stackCut, isMapped, isSwitch };
      const comparison = compareWalks(ours, theirs, context);
      count(tally, { pair, ours, reference: theirs, comparison });
    }
  } finally {
    await reference.stop();
  }
  return tally;
}
