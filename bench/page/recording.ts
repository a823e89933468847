// A real recording of this machine with many distinct stacks: builds, type checks, cryptography, sampled fast.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { churn } from '../lib/build-churn.ts';
import type { Child } from '../lib/child.ts';
import { endChild, startChild } from '../lib/child.ts';
import { Daemon, ROOT } from '../lib/daemon.ts';
import type { PageOptions } from './options.ts';

/** After this a machine is too idle, or the governor has lowered the rate too far. */
const LONGEST_MS = 15 * 60_000;
/** The window is this long at least, so that the timeline has something to choose from. */
const SHORTEST_MS = 60_000;
const LOOK_MS = 5000;
const CHURN_SECONDS = 15;

export interface Recording {
  dataDir: string;
  fromMs: number;
  untilMs: number;
  /** Distinct stacks stored. */
  stacks: number;
  samples: number;
}

/** Its window and size, as a server on it tells them. */
export async function describeRecording(daemon: Daemon, dataDir: string): Promise<Recording> {
  const { store } = await daemon.status();
  if (store?.oldestMs == null || store.newestMs === null) throw new Error(`${dataDir} holds no samples`);
  const { oldestMs, newestMs, stacks, samples } = store;
  return { dataDir, fromMs: oldestMs, untilMs: newestMs + 1, stacks, samples };
}

export async function record(
  options: PageOptions,
  folder: string,
  say: (line: string) => void,
): Promise<string> {
  const dataDir = join(folder, 'data');
  const daemon = await Daemon.start(dataDir, options.rateHz);
  const loads = new Loads(folder);
  try {
    const beginMs = performance.now();
    while (true) {
      await Promise.all([churn(join(folder, 'churn'), 2, CHURN_SECONDS), loads.keepRunning(LOOK_MS)]);
      const status = await daemon.status();
      const stacks = status.store?.stacks ?? 0;
      const elapsedMs = performance.now() - beginMs;
      say(`recording: ${stacks} distinct stacks, rate ${status.rate?.inForceHz ?? 0} Hz`);
      if (stacks >= options.stacks && elapsedMs >= SHORTEST_MS) return dataDir;
      if (elapsedMs > LONGEST_MS) {
        throw new Error(
          `only ${stacks} of ${options.stacks} distinct stacks in ${LONGEST_MS / 60_000} minutes`,
        );
      }
    }
  } finally {
    await loads.stop();
    await daemon.stop();
  }
}

/** Programs with deep and varied stacks, started again when they end. */
class Loads {
  readonly #running = new Map<string, Child>();
  readonly #commands: readonly (readonly [string, ...string[]])[];
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
    const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
    const go = '/usr/local/go/bin/go';
    this.#commands = [
      [process.execPath, tsc, '-p', join(ROOT, 'tsconfig.json')],
      ['openssl', 'speed', '-seconds', '1', 'aes-256-gcm', 'sha256', 'rsa2048', 'ecdhp256'],
      // With a cache of its own, so that it has something to do each time.
      ...(existsSync(go) ? [[go, 'build', '-a', 'net/http', 'go/types', 'encoding/json'] as const] : []),
    ];
  }

  async keepRunning(ms: number): Promise<void> {
    for (const [program, ...args] of this.#commands) {
      const known = this.#running.get(program);
      if (known?.exitCode === null) continue;
      const env = { GOCACHE: join(this.#folder, 'go-cache'), GOFLAGS: '-mod=mod' };
      const child = startChild(program, args, { endSignal: 'SIGTERM', cwd: this.#folder, env });
      child.stdout.resume();
      child.stderr.resume();
      this.#running.set(program, child);
    }
    await sleep(ms);
  }

  async stop(): Promise<void> {
    const running = [...this.#running.values()].filter((child) => child.exitCode === null);
    await Promise.all(running.map((child) => endChild(child, 'SIGTERM', 10_000)));
  }
}
