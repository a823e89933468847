// Where a statement of a user runs: a process of its own, which the service started under limits (run-statement.ts), gives
// one job and kills when its time is over. It has no environment, and no descriptor but its three pipes.
import { closeSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { setPriority } from 'node:os';
import { createInterface } from 'node:readline';
import type { DuckDBConnection } from '@duckdb/node-api';
import { prepareSelect } from './one-select.ts';
import { writeParquetResult } from './parquet-result.ts';
import { openSealed } from './sealed-database.ts';
import { statementFault } from './statement-fault.ts';
import type { ResultFacts, StatementJob, StatementReply } from './statement-job.ts';
import { READY } from './statement-job.ts';
import { writeTextResult } from './text-result.ts';

/** Behind the service and behind what is profiled. */
const NICENESS = 10;

/** What the kernel ends first where memory runs out: this, not the service or a workload. */
function volunteer(): void {
  setPriority(NICENESS);
  writeFileSync('/proc/self/oom_score_adj', '1000');
}

/** In the flags of /proc/self/fdinfo; the same on x86-64 and arm64. */
const O_CLOEXEC = 0o2000000;

/**
 * Closes what came through the service from whoever started that. It has come through an exec, so it is not marked to be
 * closed by one, as all that Node opens is.
 */
function closeInherited(): void {
  for (const fd of readdirSync('/proc/self/fd').map(Number)) {
    if (fd > 2 && (flagsOf(fd) & O_CLOEXEC) === 0) closeSync(fd);
  }
}

/** Of one that has been closed meanwhile (that of the folder that was read), as if it were Node's. */
function flagsOf(fd: number): number {
  try {
    return parseInt(/^flags:\s*(\d+)/m.exec(readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8'))?.[1] ?? '', 8);
  } catch {
    return O_CLOEXEC;
  }
}

function say(line: string): Promise<void> {
  return new Promise((resolve) => process.stdout.write(`${line}\n`, () => resolve()));
}

async function answer(job: StatementJob): Promise<StatementReply> {
  const connection = await openSealed(job);
  await say(READY);
  try {
    return { ok: true, ...(await run(connection, job)) };
  } catch (error) {
    const { kind, message, hint } = statementFault(error);
    return { ok: false, kind, message, ...(hint === undefined ? {} : { hint }) };
  }
}

async function run(connection: DuckDBConnection, job: StatementJob): Promise<ResultFacts> {
  const statement = await prepareSelect(connection, job.sql);
  return job.format === 'parquet'
    ? writeParquetResult(connection, job)
    : writeTextResult(statement, job, job.format);
}

closeInherited();
volunteer();
const input = createInterface({ input: process.stdin });
// The service has gone: nobody waits for an answer, and DuckDB may never come to an end by itself.
input.on('close', () => process.kill(process.pid, 'SIGKILL'));
input.once('line', (line) => {
  void answer(JSON.parse(line) as StatementJob).then(async (reply) => {
    await say(JSON.stringify(reply));
    // Nothing is left to be kept, and taking DuckDB down in order can take longer than the statement did.
    process.kill(process.pid, 'SIGKILL');
  });
});
