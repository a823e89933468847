// A data directory as the daemon leaves it, with two windows whose every sample is known, and the real application
// on it, reading only. Times are fixed, so that addresses of views can be written down.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TimeRange } from '../../src/model/selector.ts';
import type { App } from '../../src/server/context.ts';
import type { RunningServer } from '../../src/server/serve.ts';
import { serve } from '../../src/server/serve.ts';
import { openStore } from '../../src/store/duckdb-store.ts';
import type { ProfileStore } from '../../src/store/profile-store.ts';
import { fakeApp, IDLE_SERVICE } from './fake-service.ts';
import type { WindowAnswers } from './recorded-answers.ts';
import { answersOf } from './recorded-answers.ts';
import { RECORDED_PERIOD_NS, recordedBatches, recordedSymbols } from './recorded-batches.ts';
import type { RecordedSample } from './recorded-samples.ts';
import { samplesOf } from './recorded-samples.ts';
import { parseRecordedWorkload, RECORDED_WORKLOAD } from './recorded-workload.ts';

const START_MS = Date.UTC(2026, 2, 1, 10, 0, 0);
const WINDOW_MS = 600_000;
const MEMORY_LIMIT = 128 * 2 ** 20;

/** 2026-03-01, 10:00 to 10:10 and 10:10 to 10:20 UTC. */
export const RECORDED_WINDOWS = {
  before: { fromMs: START_MS, untilMs: START_MS + WINDOW_MS },
  after: { fromMs: START_MS + WINDOW_MS, untilMs: START_MS + 2 * WINDOW_MS },
} as const satisfies Record<string, TimeRange>;

/** What the release between the two windows did; shares are of all samples of the window. */
export const RECORDED_CHANGES = {
  grew: { name: 'escapeHtml', object: '[jit 1200]', before: 0.05, after: 0.15 },
  vanished: { name: 'parseLegacy', object: '[jit 1200]', before: 0.045, after: 0 },
  appeared: { name: 'renderMarkdown', object: '[jit 1200]', before: 0, after: 0.075 },
} as const;

export interface RecordedData {
  readonly dataDir: string;
  /** ns; each sample weighs that much. */
  readonly periodNs: number;
  readonly windows: typeof RECORDED_WINDOWS;
  /** Every sample, in time order: what any other answer can be worked out from. */
  readonly samples: readonly RecordedSample[];
  /** Worked out from the text alone, by the plainest means. */
  readonly answers: { readonly before: WindowAnswers; readonly after: WindowAnswers };
  /** The store that the application reads. */
  readonly store: ProfileStore;
  /** `serve --no-sampler`, at the end of the second window: `now-10m` is where that begins. */
  readonly app: App;
  /** Listens on a free port of 127.0.0.1 until `close`. `webRoot`: where the page was built. */
  serve(webRoot: string): Promise<RunningServer>;
  /** Closes servers and store and deletes the directory. */
  close(): Promise<void>;
}

export async function recordedData(): Promise<RecordedData> {
  const dataDir = await mkdtemp(join(tmpdir(), 'pilotlight-recorded-'));
  const stacks = parseRecordedWorkload(RECORDED_WORKLOAD);
  const before = samplesOf(stacks, 'before', RECORDED_WINDOWS.before);
  const after = samplesOf(stacks, 'after', RECORDED_WINDOWS.after);
  const samples = [...before, ...after];
  await write(dataDir, samples);
  const store = await open(dataDir, true);
  const servers: RunningServer[] = [];
  const appOn = (webRoot: string) =>
    fakeApp({ store, service: IDLE_SERVICE, webRoot, now: () => RECORDED_WINDOWS.after.untilMs });
  return {
    ...{ dataDir, samples, store, periodNs: RECORDED_PERIOD_NS, windows: RECORDED_WINDOWS },
    answers: { before: answersOf(before), after: answersOf(after) },
    app: appOn('/nonexistent'),
    async serve(webRoot) {
      const server = await serve(appOn(webRoot), { host: '127.0.0.1', port: 0 });
      servers.push(server);
      return server;
    },
    async close() {
      await Promise.all(servers.map((server) => server.close()));
      await store.close();
      await rm(dataDir, { recursive: true });
    },
  };
}

function open(dataDir: string, readOnly: boolean): Promise<ProfileStore> {
  return openStore({ dataDir, memoryLimitBytes: MEMORY_LIMIT, hostLabel: 'shop-1', readOnly });
}

/** As the daemon does: batches with their ledger, then the names; closed, so that all of it is on disk. */
async function write(dataDir: string, samples: readonly RecordedSample[]): Promise<void> {
  const store = await open(dataDir, false);
  try {
    for (const { batch, ledger } of recordedBatches(samples)) await store.append(batch, ledger);
    await store.appendSymbols(recordedSymbols(samples));
  } finally {
    await store.close();
  }
}
