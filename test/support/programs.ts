// The C programs that integration tests run: compiled into a temporary folder, ended by their own pids.
import type { ChildProcess, SpawnOptions } from 'node:child_process';
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const SOURCES = fileURLToPath(new URL('programs/', import.meta.url));
const ROOT = fileURLToPath(new URL('../..', import.meta.url));

export interface Ended {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

/** A child process whose output is kept. */
export class Running {
  readonly child: ChildProcess;
  /** Resolves when the process is gone and its output, which its children may share, has been read. */
  readonly ended: Promise<Ended>;
  readonly #gone: Promise<void>;
  stdout = '';
  stderr = '';

  constructor(command: string, args: readonly string[], options: SpawnOptions = {}) {
    this.child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options });
    this.child.stdout?.on('data', (chunk: Buffer) => (this.stdout += chunk.toString()));
    this.child.stderr?.on('data', (chunk: Buffer) => (this.stderr += chunk.toString()));
    this.ended = new Promise((resolve, reject) => {
      this.child.once('error', reject);
      this.child.once('close', (code, signal) =>
        resolve({ code, signal, stdout: this.stdout, stderr: this.stderr }),
      );
    });
    this.#gone = new Promise((resolve) => {
      this.child.once('exit', () => resolve());
      this.child.once('error', () => resolve());
    });
    // Whoever needs to know awaits `ended`; a test that has failed before must not fail the whole run as well.
    this.ended.catch(() => undefined);
  }

  get pid(): number {
    if (this.child.pid === undefined) throw new Error(`${this.child.spawnfile} could not be started`);
    return this.child.pid;
  }

  get alive(): boolean {
    return this.child.pid !== undefined && this.child.exitCode === null && this.child.signalCode === null;
  }

  /** Ends this process and no other; resolves when it is gone. */
  async stop(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    if (this.alive) this.child.kill(signal);
    await this.#gone;
  }
}

export class Programs {
  readonly path = mkdtempSync(join(tmpdir(), 'pilotlight-programs-'));
  readonly #running: Running[] = [];

  /** Compiles `programs/SOURCE.c` under a name of the caller's choice: processes are told apart by it. */
  compile(source: string, name = source, flags: readonly string[] = []): string {
    const output = join(this.path, name);
    const all = ['-O2', '-fno-omit-frame-pointer', '-Wall', '-Wextra', '-Werror', '-Wl,--build-id', ...flags];
    execFileSync('gcc', [...all, join(SOURCES, `${source}.c`), '-o', output]);
    return output;
  }

  /** The BPF object with a counter taken out, built as CMakeLists.txt builds it; `source` is that of the program. */
  compileBpf(name: string, defines: readonly string[], source = join(ROOT, 'bpf/pilotlight.bpf.c')): string {
    return this.compileBpfFor(process.arch === 'arm64' ? 'arm64' : 'x86', name, defines, source);
  }

  compileBpfFor(
    architecture: 'x86' | 'arm64',
    name: string,
    defines: readonly string[] = [],
    source = join(ROOT, 'bpf/pilotlight.bpf.c'),
  ): string {
    const output = join(this.path, name);
    const multiarch = execFileSync('gcc', ['-print-multiarch'], { encoding: 'utf8' }).trim();
    execFileSync('clang', [
      ...['-g', '-O2', '-mcpu=v3', '-target', 'bpf', `-D__TARGET_ARCH_${architecture}`],
      ...[`-I/usr/include/${multiarch}`, '-Wall', '-Werror', '-I', join(ROOT, 'bpf'), ...defines],
      ...['-c', source, '-o', output],
    ]);
    return output;
  }

  start(command: string, args: readonly (string | number)[] = [], options: SpawnOptions = {}): Running {
    const running = new Running(command, args.map(String), options);
    this.#running.push(running);
    return running;
  }

  async stopAll(): Promise<void> {
    await Promise.all(this.#running.splice(0).map((running) => running.stop()));
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Asks again and again until the answer is true; rejects after `limitMs`. */
export async function until(
  what: string,
  limitMs: number,
  holds: () => boolean | Promise<boolean>,
): Promise<void> {
  const end = performance.now() + limitMs;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`waited ${limitMs} ms in vain for: ${what}`);
    await sleep(50);
  }
}
