// The last hour of the day, kept as it is stored, for what others make of the same samples.
import type { ProfileBatch } from '../../src/model/profile-batch.ts';
import type { Stack } from '../../src/model/stack.ts';
import type { DayBatch } from './day.ts';
import { lastDay } from './measure-day.ts';
import { measurePlainTable } from './plain-table.ts';
import { measurePprofFiles } from './pprof-files.ts';
import { appOn } from './questions.ts';
import type { Recording } from './recording.ts';
import type { StoreResult } from './report.ts';
import { withStore } from './with-store.ts';

const HOUR_MS = 60 * 60_000;
/** Of each merging of files, which takes seconds. */
const FEWER = 5;

export class LastHour {
  readonly #fromMs = lastDay().untilMs - HOUR_MS;
  readonly #stacks = new Map<bigint, Stack>();
  readonly #batches: ProfileBatch[] = [];

  see({ batch }: DayBatch): void {
    for (const stack of batch.stacks) this.#stacks.set(stack.id, stack);
    if (batch.samples.timeMs[0]! >= this.#fromMs) this.#batches.push(batch);
  }

  /** `dataDir`: where the day is. */
  async measurePeers(
    { symbols }: Recording,
    dataDir: string,
    folder: string,
    repetitions: number,
  ): Promise<NonNullable<StoreResult['peers']>> {
    const source = { batches: this.#batches, stacks: this.#stacks, symbols };
    const plain = await measurePlainTable(source, folder, repetitions);
    const { timeMs } = this.#batches[0]!.samples;
    const range = { fromMs: Math.ceil(timeMs[0]!), untilMs: lastDay().untilMs };
    const few = Math.max(1, Math.round(repetitions / FEWER));
    const pprof = await withStore(dataDir, (store) =>
      measurePprofFiles(appOn(store, range.untilMs), range, folder, few),
    );
    return { plain, pprof };
  }
}
