// A recording of minutes as a day, in the batches that the collector would have made of it.
//
// The recording is played again and again. What a day has more of than minutes do is made of what was recorded:
//  - time: each round plays stretches of the recording in another order; within a stretch nothing moves, so that samples
//    of a process, and ticks of a CPU, follow each other as they did.
//  - processes: those that began while it was recorded are other ones in every round: another pid, start and id.
//  - stacks: beyond those recorded, new ones are spliced (splice.ts) as often as the number of distinct stacks is to
//    grow, by a power law as it grows in recordings (growth.ts). Once made, a stack comes back in the place of the one
//    that it was made of, the earlier ones more often: frequent stacks stay frequent, and many occur once.
//
// Locations, objects and names are those recorded: how many a day adds, minutes cannot tell.
import type { ProfileBatch, SampleColumns } from '../../src/model/profile-batch.ts';
import { emptySamples } from '../../src/model/profile-batch.ts';
import type { LedgerRow, SymbolRow } from '../../src/store/profile-store.ts';
import { generator } from '../lib/random.ts';
import { DayDefinitions } from './day-definitions.ts';
import { ProcessRounds } from './process-rounds.ts';
import type { Recording } from './recording.ts';
import { StackPool } from './stack-pool.ts';

/** What keeps its order. */
const STRETCH_MS = 10_000;
const SEED = 6;
const SESSION = 'bench';

export interface DayOptions {
  /** Of the first sample, ms since the epoch. */
  startMs: number;
  /** How long `samples` are to last, ms. */
  spanMs: number;
  samples: number;
  /** How many distinct stacks there are to be after so many samples. */
  grownTo: (samples: number) => number;
}

/** What the flusher hands over at a time. */
export interface DayBatch {
  batch: ProfileBatch;
  ledger: LedgerRow[];
  symbols: SymbolRow[];
}

interface Stretch {
  number: number;
  fromRow: number;
  untilRow: number;
}

export class Day {
  readonly #recording: Recording;
  readonly #options: DayOptions;
  readonly #random = generator(SEED);
  readonly #pool: StackPool;
  readonly #processes: ProcessRounds;
  readonly #definitions: DayDefinitions;
  readonly #stretches: Stretch[];
  /** ms of the day per ms of the recording: 1 where both are as busy. */
  readonly #scale: number;
  readonly #stored = new Map<number, number>();
  #order: Stretch[] = [];
  #round = -1;
  /** Position in the order, and row of the recording. */
  #at = 0;
  #row = 0;
  /** Samples so far. */
  sampled = 0;

  constructor(recording: Recording, options: DayOptions) {
    this.#recording = recording;
    this.#options = options;
    this.#pool = new StackPool(recording, options.grownTo, this.#random);
    this.#processes = new ProcessRounds(recording);
    this.#definitions = new DayDefinitions(recording, this.#pool);
    this.#stretches = stretchesOf(recording);
    const rounds = options.samples / recording.samples.length;
    this.#scale = options.spanMs / (rounds * this.#stretches.length * STRETCH_MS);
    this.#nextRound();
  }

  /** Distinct stacks so far, and processes. */
  get stacks(): number {
    return this.#pool.stacks.length;
  }

  /** The next `rows` samples at most, in the order of time; null when the day is over. */
  next(rows: number): DayBatch | null {
    const length = Math.min(rows, this.#options.samples - this.sampled);
    if (length <= 0) return null;
    this.#definitions.begin();
    const samples = emptySamples(length);
    while (samples.length < length) this.#addSample(samples);
    for (const cpu of samples.cpu) this.#stored.set(cpu, (this.#stored.get(cpu) ?? 0) + 1);
    const ledger = [...this.#stored].map(([cpu, n]) => ({
      ...{ session: SESSION, cpu, stored: n, consumed: n },
      losses: { serviceDown: 0, logGap: 0, collectorFull: 0, storeFailed: 0 },
    }));
    const { threadNames } = this.#recording;
    const { symbols, ...defined } = this.#definitions.end();
    return { batch: { samples, threadNames, ...defined }, ledger, symbols };
  }

  #addSample(columns: SampleColumns): void {
    const recorded = this.#recording.samples;
    const row = this.#nextRow();
    const timeMs = this.#timeOf(row);
    const process = this.#processes.of(recorded.process[row]!, timeMs);
    const stack = this.#pool.pick(recorded.stack[row]!, this.sampled++);
    const to = columns.length++;
    columns.timeMs[to] = timeMs;
    columns.cpu[to] = recorded.cpu[row]!;
    columns.tid[to] = recorded.tid[row]! + process.tidShift;
    columns.threadName[to] = recorded.threadName[row]!;
    columns.processId[to] = process.info.id;
    columns.stackId[to] = this.#pool.stacks[stack]!.id;
    columns.count[to] = 1;
    columns.weightNs[to] = recorded.weightNs[row]!;
    columns.walk[to] = recorded.walk[row]!;
    this.#definitions.defineProcess(process.number, process.info);
    this.#definitions.defineStack(stack);
  }

  #timeOf(row: number): number {
    const { number } = this.#order[this.#at]!;
    const inStretch = this.#recording.samples.sinceMs[row]! - number * STRETCH_MS;
    const played = (this.#round * this.#stretches.length + this.#at) * STRETCH_MS + inStretch;
    return this.#options.startMs + played * this.#scale;
  }

  #nextRow(): number {
    while (this.#row >= this.#order[this.#at]!.untilRow) {
      if (++this.#at === this.#order.length) this.#nextRound();
      this.#row = this.#order[this.#at]!.fromRow;
    }
    return this.#row++;
  }

  #nextRound(): void {
    this.#round++;
    this.#processes.nextRound();
    this.#order = shuffled(this.#stretches, this.#random);
    this.#at = 0;
    this.#row = this.#order[0]!.fromRow;
  }
}

function stretchesOf({ samples }: Recording): Stretch[] {
  const stretches: Stretch[] = [];
  for (let row = 0; row < samples.length; row++) {
    const number = Math.floor(samples.sinceMs[row]! / STRETCH_MS);
    const last = stretches.at(-1);
    if (last?.number === number) last.untilRow = row + 1;
    else stretches.push({ number, fromRow: row, untilRow: row + 1 });
  }
  return stretches;
}

/** Fisher and Yates'. */
function shuffled<T>(items: readonly T[], random: () => number): T[] {
  const order = [...items];
  for (let last = order.length - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1));
    [order[last], order[other]] = [order[other]!, order[last]!];
  }
  return order;
}
