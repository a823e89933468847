// Child processes of a benchmark: each is ended with it, by its own process id.
import type { ChildProcessByStdio } from 'node:child_process';
import { spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';

export type Child = ChildProcessByStdio<Writable, Readable, Readable>;

/** What is still running, and how it is told to end when the benchmark ends early. */
const running = new Map<Child, NodeJS.Signals>();

/** A daemon writes out what it has. */
const EARLY_END_MS = 20_000;

process.on('exit', () => {
  for (const [child, signal] of running) child.kill(signal);
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.once(signal, () => {
    console.error(`ended by ${signal}, stopping what was started`);
    const ends = [...running].map(([child, how]) => endChild(child, how, EARLY_END_MS));
    void Promise.allSettled(ends).then(() => process.exit(1));
  });
}

export interface ChildOptions {
  /** Also what the child gets when the benchmark ends early. */
  endSignal: NodeJS.Signals;
  cwd?: string;
  /** Beside the benchmark's own environment. */
  env?: Readonly<Record<string, string>>;
}

export function startChild(command: string, args: readonly string[], options: ChildOptions): Child {
  const cwd = options.cwd === undefined ? {} : { cwd: options.cwd };
  const env = { ...process.env, ...options.env };
  const child = spawn(command, args, { ...cwd, env, stdio: ['pipe', 'pipe', 'pipe'] });
  running.set(child, options.endSignal);
  child.once('exit', () => running.delete(child));
  child.stdin.on('error', () => undefined); // it ended: `exited` tells
  return child;
}

/** Resolves when the child has ended and its output is complete; rejects when it could not be started. */
export function exited(child: Child): Promise<{ code: number | null; signal: NodeJS.Signals | null }> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    if (child.exitCode !== null || child.signalCode !== null) {
      resolve({ code: child.exitCode, signal: child.signalCode });
      return;
    }
    child.once('close', (code, signal) => resolve({ code, signal }));
  });
}

/** Asks the child to end and waits; after `patienceMs` it is killed and the benchmark fails. */
export async function endChild(child: Child, signal: NodeJS.Signals, patienceMs: number): Promise<void> {
  const ended = exited(child);
  child.kill(signal);
  if (await within(ended, patienceMs)) return;
  child.kill('SIGKILL');
  throw new Error(`${child.spawnfile} did not end within ${patienceMs / 1000} s of ${signal}`);
}

/** Whether `work` is done in time. */
export async function within(work: Promise<unknown>, patienceMs: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => (timer = setTimeout(() => resolve(false), patienceMs)));
  try {
    return await Promise.race([work.then(() => true), late]);
  } finally {
    clearTimeout(timer);
  }
}

/** All that a stream says, as it grows. */
export function collect(stream: Readable): { text: string } {
  const said = { text: '' };
  stream.setEncoding('utf8');
  stream.on('data', (chunk: string) => (said.text += chunk));
  return said;
}

/** Waits until the text has what is looked for, the child ends, or the time is over: the match, or why there is none. */
export async function awaitOutput(
  child: Child,
  said: { text: string },
  wanted: RegExp,
  patienceMs: number,
): Promise<RegExpExecArray> {
  const deadline = performance.now() + patienceMs;
  while (performance.now() < deadline) {
    const match = wanted.exec(said.text);
    if (match) return match;
    if (child.exitCode !== null || child.signalCode !== null) break;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`${child.spawnfile} did not get ready; it said: ${said.text.trim() || '(nothing)'}`);
}
