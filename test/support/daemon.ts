// The real daemon, as a user starts it: launcher, sampler and service; ended by its own pid.
import { chmodSync, cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { StatusBody } from '../../src/server/status.ts';
import type { Ended } from './programs.ts';
import { Running, sleep, until } from './programs.ts';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));
export const COMMAND = join(ROOT, 'bin/pilotlight.js');

/** Hang bound of a start: it takes a second or two. */
const START_MS = 40_000;
/** The launcher gives its children 15 s. */
const STOP_MS = 30_000;

export function temporaryFolder(): string {
  return mkdtempSync(join(tmpdir(), 'pilotlight-daemon-'));
}

/** A port of 127.0.0.1 that nobody listens on: a service that is restarted must find it again, so 0 will not do. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** One run of the command line, to its end. */
export async function pilotlight(...args: string[]): Promise<Ended> {
  const running = new Running(process.execPath, [COMMAND, ...args]);
  const timer = setTimeout(() => void running.stop(), START_MS);
  const ended = await running.ended;
  clearTimeout(timer);
  return ended;
}

export interface DaemonOptions {
  dataDir: string;
  args?: readonly string[];
  /** What the command line is put behind: `setpriv …`. */
  wrapper?: readonly string[];
  /** Another copy of bin/pilotlight.js. */
  command?: string;
}

export class Daemon {
  readonly running: Running;
  readonly url: string;
  readonly dataDir: string;

  private constructor(running: Running, url: string, dataDir: string) {
    this.running = running;
    this.url = url;
    this.dataDir = dataDir;
  }

  /** Resolves when the daemon answers; rejects with what it said when it ends instead. */
  static async start(options: DaemonOptions): Promise<Daemon> {
    const { dataDir, args = [], wrapper = [], command = COMMAND } = options;
    const port = await freePort();
    const listen = ['--listen', `127.0.0.1:${port}`, '--data-dir', dataDir];
    const line = [...wrapper, process.execPath, command, 'serve', ...listen, ...args];
    const running = new Running(line[0]!, line.slice(1));
    const daemon = new Daemon(running, `http://127.0.0.1:${port}`, dataDir);
    try {
      await daemon.answers();
    } catch (error) {
      await daemon.kill();
      throw new Error(`the daemon did not start: ${running.stderr}`, { cause: error });
    }
    return daemon;
  }

  /** The launcher (with --no-sampler the service itself). */
  get pid(): number {
    return this.running.pid;
  }

  /** Resolves when HTTP is answered, also after a restart of the service. */
  async answers(): Promise<void> {
    await until('an answer over HTTP', START_MS, async () => {
      if (!this.running.alive) throw new Error('the daemon has ended');
      try {
        return (await this.get('/readyz')).ok;
      } catch (error) {
        if (error instanceof TypeError) return false; // connection refused or reset
        throw error;
      }
    });
  }

  get(path: string): Promise<Response> {
    return fetch(this.url + path, { signal: AbortSignal.timeout(START_MS) });
  }

  async json<T>(path: string): Promise<T> {
    const response = await this.get(path);
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as T;
  }

  status(): Promise<StatusBody> {
    return this.json('/api/v1/status');
  }

  /** Pids of the launcher's two children, once both run. */
  async children(): Promise<{ sampler: number; service: number }> {
    for (const end = performance.now() + START_MS; performance.now() < end; await sleep(50)) {
      const pids = childrenOf(this.pid);
      const sampler = pids.find((pid) => commOf(pid) === 'pilotlight-samp');
      const service = pids.find((pid) => commOf(pid) === 'pilotlight-serv');
      if (sampler !== undefined && service !== undefined) return { sampler, service };
    }
    throw new Error('the launcher has not both of its children');
  }

  /** As an init system stops it. */
  async stop(): Promise<Ended> {
    const timer = setTimeout(() => void this.kill(), STOP_MS);
    await this.running.stop('SIGTERM');
    clearTimeout(timer);
    return this.running.ended;
  }

  /** For the end of a failed test: the children go with the launcher. */
  async kill(): Promise<void> {
    await this.running.stop('SIGKILL');
  }
}

export function childrenOf(parent: number): number[] {
  return readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    const fields = statOf(Number(name));
    return fields !== null && fields.parent === parent && fields.state !== 'Z' ? [Number(name)] : [];
  });
}

/** False for a process that has ended, waited for or not. */
export function isAlive(pid: number): boolean {
  const fields = statOf(pid);
  return fields !== null && fields.state !== 'Z';
}

function statOf(pid: number): { state: string; parent: number } | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const [state = '', parent = ''] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return { state, parent: Number(parent) };
  } catch {
    return null; // it has ended
  }
}

function commOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/comm`, 'utf8').trim();
  } catch {
    return '';
  }
}

export function removeFolder(path: string): void {
  rmSync(path, { recursive: true, force: true });
}

export const NOBODY = 65_534;

/** A command line put behind this runs without any privilege, and cannot get one. */
export const asNobody = [
  ...['setpriv', `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups', '--no-new-privs'],
  ...['--inh-caps=-all', '--bounding-set=-all'],
];

/** bin/pilotlight.js where a user without privileges can read it: a checkout below a closed home is copied. */
export async function readableCommand(): Promise<{ command: string; remove: () => void }> {
  const probe = new Running(asNobody[0]!, [...asNobody.slice(1), process.execPath, COMMAND, '--version']);
  if ((await probe.ended).code === 0) return { command: COMMAND, remove: () => undefined };
  const copy = temporaryFolder();
  chmodSync(copy, 0o755);
  for (const part of ['package.json', 'bin', 'dist', 'build', 'node_modules']) {
    cpSync(join(ROOT, part), join(copy, part), { recursive: true });
  }
  return { command: join(copy, 'bin/pilotlight.js'), remove: () => removeFolder(copy) };
}
