// `pilotlight record`: one shot in one process, no store.
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { existsSync, openSync, writeFileSync } from 'node:fs';
import { explainSamplerError } from '../cli/explain-sampler-error.ts';
import type { Collector } from '../collector/collector.ts';
import { DEFAULT_LOG_BYTES } from '../collector/kernel-sampler.ts';
import { Ledger } from '../collector/ledger.ts';
import { LocalSamplerHost } from '../collector/local-sampler-host.ts';
import { isNativeError } from '../collector/native.ts';
import type { TimeRange } from '../model/selector.ts';
import type { StackTable } from '../model/stack-table.ts';
import { encodeFolded } from '../query/folded.ts';
import { encodePprof } from '../query/pprof.ts';
import { topFunctions } from '../query/top.ts';
import { standIn } from '../store/location-query.ts';
import type { Symbolizer } from '../symbolizer/symbolizer.ts';
import { MemoryProfile } from './memory-profile.ts';
import { namingCollector } from './naming-collector.ts';

export interface RecordOptions {
  durationMs: number;
  rateHz: number;
  pid?: number;
  output?: string;
  format: 'pprof' | 'folded';
  command: readonly string[];
}

/** Between two looks at what was collected: bounds the memory of a long recording. */
const TAKE_MS = 1000;
const TOP_ROWS = 30;
/** What shells answer for a command that cannot be run. */
const NOT_RUN = 127;

/** Resolves to the exit code: the command's own where one was run. */
export async function record(options: RecordOptions): Promise<number> {
  if (options.pid !== undefined && !existsSync(`/proc/${options.pid}`)) {
    return failed(`there is no process ${options.pid}`);
  }
  const recorder = Recorder.start(options);
  if (typeof recorder === 'string') return failed(recorder);
  const output = openOutput(options.output);
  if (typeof output === 'string') return failed(output);
  await recorder.begin();
  const fromMs = Date.now();
  const code = await Promise.race([
    options.command.length > 0 ? runCommand(options, recorder) : sleep(options.durationMs).then(() => 0),
    interrupted(),
  ]);
  const range = { fromMs, untilMs: Date.now() };
  const { table, samples } = await recorder.finish();
  if (code === null) return NOT_RUN;
  if (samples === 0) console.error('pilotlight: no samples: nothing of what was asked for ran on a CPU');
  await write(options, output, table, range);
  return code;
}

function failed(why: string): number {
  console.error(`pilotlight: ${why}`);
  return 1;
}

/** Opened before the recording, so that its end is not the moment to learn that it cannot be written. */
function openOutput(path: string | undefined): number | string | undefined {
  try {
    return path === undefined ? undefined : openSync(path, 'w');
  } catch (error) {
    return `cannot write ${path!}: ${(error as Error).message}; give another --output`;
  }
}

class Recorder {
  readonly profile = new MemoryProfile();
  readonly collector: Collector;
  readonly #symbolizer: Symbolizer;
  #timer: NodeJS.Timeout | undefined;
  #taking: Promise<void> = Promise.resolve();

  readonly #host: LocalSamplerHost;

  private constructor(host: LocalSamplerHost, followChildren: boolean) {
    this.#host = host;
    const { collector, symbolizer } = namingCollector({
      host,
      ledger: new Ledger(),
      followedOnly: followChildren,
    });
    this.collector = collector;
    this.#symbolizer = symbolizer;
  }

  /** The recorder, or why it cannot record. */
  static start(options: RecordOptions): Recorder | string {
    try {
      const host = new LocalSamplerHost({
        rateHz: options.rateHz,
        logBytes: DEFAULT_LOG_BYTES,
        ...(options.pid === undefined ? {} : { filters: { pid: options.pid } }),
      });
      return new Recorder(host, options.command.length > 0);
    } catch (error) {
      if (isNativeError(error)) return explainSamplerError(error);
      throw error;
    }
  }

  async begin(): Promise<void> {
    // From first to last: neither the drain nor the symbolizer's worker keeps the process alive while it is waited for.
    this.#timer = setInterval(() => this.#take(), TAKE_MS);
    await this.collector.start();
  }

  async finish(): Promise<{ table: StackTable; samples: number }> {
    await this.collector.stop();
    this.#take();
    await this.#taking;
    const table = await this.profile.table(
      (object, addresses) => this.#symbolizer.symbolize(object, addresses),
      standIn,
    );
    await this.#symbolizer.close();
    this.collector.registry.close();
    this.#host.close();
    clearInterval(this.#timer);
    return { table, samples: this.profile.samples };
  }

  #take(): void {
    this.#taking = this.#taking.then(async () => {
      const taken = await this.collector.take();
      if (taken) this.profile.add(taken.batch);
    });
  }
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Ctrl-C ends the recording, not the program: what was recorded is written. */
function interrupted(): Promise<number> {
  return new Promise((resolve) => process.once('SIGINT', () => resolve(0)));
}

/** Exit code of the command, 128 + signal when it was killed, as shells have it; null when it cannot be run. */
function runCommand(options: RecordOptions, recorder: Recorder): Promise<number | null> {
  const [file, ...args] = options.command;
  return new Promise((resolve) => {
    const child = spawn(file!, args, { stdio: 'inherit' });
    if (child.pid !== undefined) recorder.collector.follow(child.pid);
    child.once('error', (error) => {
      console.error(`pilotlight: cannot run ${file!}: ${error.message}`);
      resolve(null);
    });
    child.once('exit', (code, signal) => resolve(code ?? 128 + (signal ? constants.signals[signal] : 0)));
  });
}

async function write(
  options: RecordOptions,
  output: number | undefined,
  table: StackTable,
  range: TimeRange,
): Promise<void> {
  if (output === undefined) {
    process.stdout.write(topText(table));
    return;
  }
  const bytes = options.format === 'pprof' ? await encodePprof(table, { range }) : encodeFolded(table);
  writeFileSync(output, bytes);
  console.error(`pilotlight: wrote ${options.output!}`);
}

function topText(table: StackTable): string {
  const { functions, hidden, totalCount } = topFunctions(table, { limit: TOP_ROWS });
  const percent = (share: number): string => `${(share * 100).toFixed(1)} %`.padStart(8);
  const lines = functions.map(
    (row) => `${percent(row.selfShare)}${percent(row.totalShare)}  ${row.name}  ${row.object}`,
  );
  const more =
    hidden.functions > 0 ? `${hidden.functions} more functions have ${percent(hidden.share).trim()}\n` : '';
  return `${'self'.padStart(8)}${'total'.padStart(8)}  function (${totalCount} samples)\n${lines.join('\n')}\n${more}`;
}
