// One statement in a process of its own, under limits that the kernel holds: whatever DuckDB does with it, the service
// goes on.
import type { ChildProcessByStdio } from 'node:child_process';
import { spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { SqlError } from './sql-error.ts';
import type { ResultFacts, StatementJob, StatementReply } from './statement-job.ts';
import { READY } from './statement-job.ts';

export interface StatementLimits {
  /** ms. */
  deadlineMs: number;
  /** RLIMIT_DATA, bytes. */
  dataBytes: number;
}

type Child = ChildProcessByStdio<Writable, Readable, Readable>;

/** V8's heap holds little more than a chunk of rows at a time; its code is run once. */
const NODE_FLAGS = ['--max-old-space-size=128', '--max-semi-space-size=1'];

/**
 * KiB of data, seconds of CPU time (for one that the service could not kill, being killed itself), then the command. No
 * core dumps: they would hold what was profiled.
 */
const UNDER_LIMITS = [
  // A limit that is lower already cannot be raised, and serves as well.
  'lower() { ulimit "$1" "$2" 2>/dev/null || [ "$(ulimit -H "$1")" != unlimited ]; }',
  'ulimit -c 0 && lower -d "$1" && lower -t "$2" && shift 2 && exec "$@"',
].join('; ');

/** For glibc: an arena per thread would take RLIMIT_DATA without being used. */
const ENVIRONMENT = { MALLOC_ARENA_MAX: '1' };

/** Characters of what the process says that are kept. */
const MAX_SAID = 64 * 1024;

/** Rejects with a SqlError. The answer is in RESULT_FILE of the job's directory. */
export async function runStatement(
  job: StatementJob,
  limits: StatementLimits,
  signal: AbortSignal,
): Promise<ResultFacts> {
  const child = start(job.directory, limits);
  const deadline = AbortSignal.timeout(limits.deadlineMs);
  const end = AbortSignal.any([signal, deadline]);
  const kill = () => void child.kill('SIGKILL');
  end.addEventListener('abort', kill);
  if (end.aborted) kill();
  try {
    const ended = await converse(child, job);
    if (ended.reply?.ok === true) return ended.reply;
    if (ended.reply !== undefined) throw errorOf(ended.reply);
    if (signal.aborted) throw new SqlError('left', 'the request was given up');
    if (deadline.aborted) throw deadlinePassed(limits.deadlineMs);
    throw diedOf(ended);
  } finally {
    end.removeEventListener('abort', kill);
  }
}

function start(directory: string, { dataBytes, deadlineMs }: StatementLimits): Child {
  const limits = [Math.floor(dataBytes / 1024), Math.ceil((2 * deadlineMs) / 1000)].map(String);
  const command = [process.execPath, ...NODE_FLAGS, fileURLToPath(programUrl())];
  return spawn('/bin/sh', ['-c', UNDER_LIMITS, 'sh', ...limits, ...command], {
    cwd: directory,
    env: ENVIRONMENT,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
}

/** Run from its source, as by tests, it takes the compiled program: Node 20 runs no TypeScript. */
function programUrl(): URL {
  const compiled = import.meta.url.endsWith('.js');
  return new URL(
    compiled ? '../sql/statement-process.js' : '../../dist/sql/statement-process.js',
    import.meta.url,
  );
}

interface Ended {
  reply: StatementReply | undefined;
  /** Whether it came as far as to the statement. */
  ready: boolean;
  /** `exit code 1`, `SIGABRT`. */
  how: string;
  stderr: string;
}

/** Resolves when the process is gone. */
function converse(child: Child, job: StatementJob): Promise<Ended> {
  const said = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      said[name] = (said[name] + text).slice(0, MAX_SAID);
    });
  }
  // One that has died already reads nothing; how it ended is told below. The pipe stays open: its end is our death.
  child.stdin.on('error', () => undefined);
  child.stdin.write(`${JSON.stringify(job)}\n`);
  return new Promise((resolve, reject) => {
    child.on('error', (error) =>
      reject(new SqlError('failed', 'the process for statements cannot be started', { cause: error })),
    );
    child.on('close', (code, signal) => {
      const [ready, reply] = said.stdout.split('\n');
      resolve({
        reply: reply ? (JSON.parse(reply) as StatementReply) : undefined,
        ready: ready === READY,
        how: signal ?? `exit code ${code}`,
        stderr: said.stderr,
      });
    });
  });
}

function errorOf({ kind, message, hint }: StatementReply & { ok: false }): SqlError {
  return new SqlError(kind, message, hint === undefined ? {} : { hint });
}

function deadlinePassed(deadlineMs: number): SqlError {
  return new SqlError('too-slow', `the statement took longer than ${deadlineMs / 1000} s and was ended`, {
    hint: 'ask for a shorter time (a condition on time_ms), or add up before joining',
  });
}

/** Memory is what a process dies of without a word that is meant for us: V8, glibc and the kernel end it each in their way. */
function diedOf({ ready, how, stderr }: Ended): SqlError {
  const cause = new Error(`${how}: ${stderr.trim().slice(0, 2000)}`);
  if (!ready) return new SqlError('failed', `the process for statements did not start (${how})`, { cause });
  return new SqlError('too-large', `the statement needed more memory than one may have (${how})`, {
    hint: 'ask for fewer columns or a shorter time, or add up before joining',
    cause,
  });
}
