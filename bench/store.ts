// `npm run bench -- store`: what a day takes on disk, how fast it is stored and asked for. Writes its section of
// docs/benchmarks.md.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { publish, runBench, say } from './lib/bench-command.ts';
import { ROOT } from './lib/daemon.ts';
import { runFacts } from './lib/run-facts.ts';
import { measureGrowth } from './store/growth.ts';
import { measureIdle } from './store/idle.ts';
import { LastHour } from './store/last-hour.ts';
import { measureDay } from './store/measure-day.ts';
import { measureMemory } from './store/memory.ts';
import { measureMonths } from './store/months.ts';
import type { StoreBenchOptions } from './store/options.ts';
import { HELP, parseStoreOptions } from './store/options.ts';
import { record } from './store/record.ts';
import type { Recording } from './store/recording.ts';
import { readRecording } from './store/recording.ts';
import type { StoreResult } from './store/report.ts';
import { section } from './store/report.ts';

function describe({ samples, stacks, locations, processes }: Recording): StoreResult['recorded'] {
  return {
    ...{ samples: samples.length, seconds: samples.sinceMs[samples.length - 1]! / 1000 },
    ...{ stacks: stacks.length, locations: locations.length, processes: processes.length },
  };
}

async function measure(
  recording: Recording,
  options: StoreBenchOptions,
  folder: string,
): Promise<StoreResult> {
  const { parts, repetitions } = options;
  const result: StoreResult = {
    growth: measureGrowth(recording.samples.stack),
    recorded: describe(recording),
  };
  if (parts.includes('day')) {
    const hour = new LastHour();
    result.day = await measureDay(recording, options, folder, say, (batch) => hour.see(batch));
    const dataDir = join(folder, 'day');
    if (parts.includes('memory')) result.memory = await measureMemory(dataDir);
    if (parts.includes('peers'))
      result.peers = await hour.measurePeers(recording, dataDir, folder, repetitions);
  }
  if (parts.includes('idle')) result.idle = await measureIdle(recording, folder);
  if (parts.includes('months')) result.months = await measureMonths(recording, options, folder, say);
  return result;
}

async function run(options: StoreBenchOptions, args: readonly string[]): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'pilotlight-bench-'));
  // Also when it ends early; by then everything that writes there has ended (bench/lib/child.ts).
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  const facts = runFacts('store', args);
  const kept = options.recording === undefined ? folder : resolve(options.recording);
  mkdirSync(kept, { recursive: true });
  const recording = await readRecording(await record(kept, options.recordSeconds, say));
  const text = section(facts, await measure(recording, options, folder));
  const { report, write } = options;
  publish({ root: ROOT, report, name: 'store', text, write, trial: 'a partial or short run' });
}

await runBench({
  help: HELP,
  parse: parseStoreOptions,
  needsRoot: ({ recording }) =>
    recording === undefined
      ? 'recording needs root. Run: sudo npm run bench -- store (or give --recording)'
      : null,
  run,
});
