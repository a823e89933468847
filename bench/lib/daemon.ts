// Pilotlight's daemon under a benchmark: on a port and in a data directory of its own.
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { StatusBody } from '../../src/server/status.ts';
import type { Child } from './child.ts';
import { awaitOutput, collect, endChild, startChild } from './child.ts';
import { processTree } from './process-usage.ts';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

const START_MS = 30_000;
/** The launcher itself gives the service 15 s to write out what it has. */
const STOP_MS = 20_000;

export class Daemon {
  readonly #child: Child;
  readonly #url: string;

  private constructor(child: Child, url: string) {
    this.#child = child;
    this.#url = url;
  }

  static start(dataDir: string, rateHz: number, listen?: string): Promise<Daemon> {
    return Daemon.#launch(['--data-dir', dataDir, '--rate', String(rateHz)], listen);
  }

  /** Samples nothing: what is stored. */
  static serveStored(dataDir: string): Promise<Daemon> {
    return Daemon.#launch(['--data-dir', dataDir, '--no-sampler']);
  }

  static async #launch(options: readonly string[], listen = '127.0.0.1:0'): Promise<Daemon> {
    const program = join(ROOT, 'bin', 'pilotlight.js');
    const args = ['serve', '--listen', listen, ...options];
    const child = startChild(process.execPath, [program, ...args], { endSignal: 'SIGTERM' });
    child.stderr.pipe(process.stderr, { end: false });
    try {
      const [, url] = await awaitOutput(child, collect(child.stdout), /^Page: (\S+?)\/?$/m, START_MS);
      return new Daemon(child, url!);
    } catch (error) {
      await endChild(child, 'SIGTERM', STOP_MS);
      throw error;
    }
  }

  /** `http://127.0.0.1:PORT` */
  get url(): string {
    return this.#url;
  }

  /** Launcher, sampler, service. */
  pids(): number[] {
    return processTree(this.#child.pid!);
  }

  async status(): Promise<StatusBody> {
    const response = await fetch(`${this.#url}/api/v1/status`, { signal: AbortSignal.timeout(10_000) });
    if (!response.ok) throw new Error(`/api/v1/status answered ${response.status}`);
    return (await response.json()) as StatusBody;
  }

  async stop(): Promise<void> {
    await endChild(this.#child, 'SIGTERM', STOP_MS);
  }
}
