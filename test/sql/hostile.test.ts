// Statements that mean harm: refused or ended within their limits, and never at the cost of who asks beside them.
import type { StdioOptions } from 'node:child_process';
import { closeSync, existsSync, openSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SqlError } from '../../src/sql/sql-error.ts';
import { ROOT } from '../support/daemon.ts';
import { Running, until } from '../support/programs.ts';
import type { RecordedData } from '../support/recorded-data.ts';
import { NEVER, recordedRunner, TestRunner } from './recorded-runner.ts';

/** So that endless ones are not waited for. */
const DEADLINE_MS = 2500;

const ENDLESS = 'WITH RECURSIVE t AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM t) SELECT max(n) FROM t';

let data: RecordedData;
/** With the limits of the service, and with a deadline that is soon. */
let sql: TestRunner;
let hasty: TestRunner;
let close: () => Promise<void>;
beforeAll(async () => {
  ({ data, sql, close } = await recordedRunner());
  hasty = await TestRunner.on(data.store, { deadlineMs: DEADLINE_MS });
});
afterAll(async () => {
  await hasty.close();
  await close();
});

/** Processes that run statements for this one, or for another. */
function statementProcesses(of = process.pid): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
        const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
        const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
        return parent === of && /^\S*node .*statement-process\.js/.test(command);
      } catch {
        return false; // it has ended
      }
    });
}

describe.concurrent('what reads or writes anything but the views', () => {
  it.each([
    `SELECT * FROM read_csv('/etc/passwd')`,
    `SELECT * FROM read_text('/etc/passwd')`,
    `SELECT * FROM read_blob('/proc/self/environ')`,
    `SELECT * FROM '/etc/passwd'`,
    `SELECT * FROM glob('/etc/*')`,
    `SELECT * FROM read_parquet('/etc/passwd')`,
    `SELECT * FROM parquet_metadata('/etc/passwd')`,
    `SELECT * FROM sniff_csv('/etc/passwd')`,
    `SELECT * FROM read_csv('https://example.org/x.csv')`,
    `COPY samples TO '/tmp/pilotlight-stolen.csv'`,
    `COPY (SELECT 1) TO '/tmp/pilotlight-stolen.csv'`,
    `EXPORT DATABASE '/tmp/pilotlight-stolen'`,
    `ATTACH '/tmp/pilotlight-stolen.duckdb'`,
    'DETACH hot',
    'INSTALL httpfs',
    'LOAD httpfs',
    'SET threads = 64',
    `SET memory_limit = '64GB'`,
    'SET enable_external_access = true',
    'RESET memory_limit',
    "PRAGMA memory_limit = '64GB'",
    'CREATE TABLE t AS SELECT 1',
    'CREATE TEMP VIEW samples AS SELECT 1',
    'INSERT INTO hot.main.samples SELECT * FROM hot.main.samples',
    'DELETE FROM hot.main.samples',
    'DROP VIEW samples',
    'CHECKPOINT',
    'BEGIN',
    'USE hot',
    `PREPARE q AS SELECT 1`,
    `CALL pragma_version()`,
    `SELECT * FROM query('COPY samples TO ''/tmp/pilotlight-stolen.csv''')`,
    'SELECT 1; SELECT 2',
    `SELECT 1; COPY samples TO '/tmp/pilotlight-stolen.csv'`,
    'SELECT $1',
    `SELECT getenv('HOME')`,
    '',
    ';',
    'SELEKT',
  ])('is refused: %s', async (statement) => {
    expect((await sql.refusal(statement)).kind).toMatch(/^(refused|malformed)$/);
    expect(existsSync('/tmp/pilotlight-stolen.csv')).toBe(false);
    expect(existsSync('/tmp/pilotlight-stolen')).toBe(false);
  });

  it.each([
    `SELECT 1) TO '/tmp/pilotlight-stolen.csv'; --`,
    `SELECT 1 AS "x'') TO ''/tmp/pilotlight-stolen.csv''; --"`,
    `SELECT '1'') LIMIT 1; COPY samples TO ''/tmp/pilotlight-stolen.csv'; --`,
  ])('cannot leave the literal that a Parquet file is made from: %s', async (statement) => {
    await sql.bytes(statement, 'parquet').catch((error: unknown) => {
      expect((error as SqlError).kind).toMatch(/^(refused|malformed)$/);
    });
    expect(existsSync('/tmp/pilotlight-stolen.csv')).toBe(false);
  });

  it('is told where the statement is wrong', async () => {
    expect((await sql.refusal('SELECT cmm,\n  count(*)\nFROM samples GROUP BY 1')).message).toMatch(
      /^Binder Error: .*"cmm" not found.*comm.* \(line 1, at "cmm,"\)$/,
    );
    expect((await sql.refusal('SELECT 1; SELECT 2')).message).toBe(
      'one statement is run at a time, these are 2',
    );
    expect((await sql.refusal('SET threads = 64')).message).toBe('only SELECT is run, and this is SET');
  });
});

describe.concurrent('what takes too much', () => {
  it.each([
    ENDLESS,
    'SELECT count(*) FROM range(1000000000) a, range(1000000000) b WHERE a.range % 7 = b.range % 11',
    `SELECT len(repeat('x', 4000000000))`,
    `SELECT repeat('x', 4000) FROM range(1000000000) ORDER BY 1`,
    'SELECT len(range(3000000000))',
    'SELECT list_sort(range(200000000))',
    `SELECT string_agg(repeat('x', 1000), '') FROM range(100000000)`,
    `SELECT len(list_reduce(range(1000)::VARCHAR[], lambda a, b: a || a))`,
    `SELECT count(*) FROM (SELECT i, hash(i) AS h FROM range(10000000000) t(i) ORDER BY h)`,
    `SELECT * FROM samples a, samples b, samples c ORDER BY a.time, b.time, c.time`,
    `SELECT levenshtein(repeat('a', 400000), repeat('b', 400000))`,
  ])('is ended: %s', async (statement) => {
    expect((await hasty.refusal(statement)).kind).toMatch(/^(too-slow|too-large)$/);
  });

  it('as a Parquet file too', async () => {
    expect((await hasty.refusal(ENDLESS, 'parquet')).kind).toBe('too-slow');
    expect((await sql.refusal(`SELECT len(repeat('x', 4000000000))`, 'parquet')).kind).toBe('too-large');
  });
});

describe('a statement that was ended', () => {
  it('leaves no process and no file behind', async () => {
    await until('the last process has gone', 10_000, () => statementProcesses().length === 0);
    for (const { folder } of [sql, hasty]) {
      const left = await readdir(join(folder, 'sql'));
      expect(left.filter((name) => name.startsWith('statement-'))).toEqual([]);
    }
  });
});

describe('the process that runs a statement', () => {
  it('has no environment, no descriptors of ours, limits, and the least claim to CPU and memory', async () => {
    const leave = new AbortController();
    const run = sql.runner
      .run({ sql: ENDLESS, format: 'json', maxRows: 1 }, leave.signal)
      .catch(() => undefined);
    await until('it runs', 20_000, () => statementProcesses().length === 1);
    const [pid] = statementProcesses();
    const of = (name: string) => readFileSync(`/proc/${pid}/${name}`, 'utf8');
    await until('it has set itself up', 20_000, () => of('oom_score_adj') === '1000\n');
    expect(of('environ').split('\0').filter(Boolean)).toEqual([
      'MALLOC_ARENA_MAX=1',
      expect.stringMatching(/^PWD=/),
    ]);
    expect(of('limits')).toMatch(/^Max data size +1073741824 +1073741824 /m);
    expect(of('limits')).toMatch(/^Max core file size +0 +0 /m);
    const files = readdirSync(`/proc/${pid}/fd`).map((fd) => readlinkSync(`/proc/${pid}/fd/${fd}`));
    const named = files.filter((path) => path.startsWith('/') && !path.startsWith('/dev/'));
    expect(named.filter((path) => !path.startsWith(data.dataDir) && !path.startsWith(sql.folder))).toEqual(
      [],
    );
    expect(files.filter((path) => path.startsWith('socket:')).length).toBeLessThanOrEqual(3); // its pipes
    leave.abort();
    await run;
    await until('it has gone', 10_000, () => statementProcesses().length === 0);
  });
});

describe('a service that is killed', () => {
  it('leaves no statement running, which had nothing of what the service was started with', async () => {
    const script = `
      import { SqlRunner } from ${JSON.stringify(join(ROOT, 'dist/sql/sql-runner.js'))};
      const snapshot = { database: process.argv[1] + '/hot.duckdb', blocks: process.argv[1] + '/blocks', takenMs: 0 };
      const store = { snapshot: () => Promise.resolve(snapshot) };
      const runner = new SqlRunner({ store, directory: process.argv[2] });
      await runner.run({ sql: process.argv[3], format: 'json', maxRows: 1 }, new AbortController().signal);`;
    const folder = join(sql.folder, 'killed');
    const secret = openSync('/etc/hostname', 'r');
    const command = ['--input-type=module', '-e', script, '--', data.dataDir, folder, ENDLESS];
    // A descriptor that whoever started the service had left open.
    const stdio: StdioOptions = ['ignore', 'pipe', 'pipe', ...Array<'ignore'>(37).fill('ignore'), secret];
    const service = new Running(process.execPath, command, { stdio });
    await until('its statement runs', 20_000, () => statementProcesses(service.pid).length === 1);
    const [pid] = statementProcesses(service.pid);
    await until(
      'it has set itself up',
      20_000,
      () => readFileSync(`/proc/${pid}/oom_score_adj`, 'utf8') === '1000\n',
    );
    const files = readdirSync(`/proc/${pid}/fd`).map((fd) => readlinkSync(`/proc/${pid}/fd/${fd}`));
    expect(readlinkSync(`/proc/${service.pid}/fd/40`)).toBe('/etc/hostname');
    expect(files).not.toContain('/etc/hostname');
    await service.stop('SIGKILL');
    closeSync(secret);
    await until('the statement has gone too', 20_000, () => !existsSync(`/proc/${pid}`));
  });
});

describe('who asks beside them', () => {
  it('is answered while ten come at once, of which four are told to come back', async () => {
    const statements = Array.from({ length: 10 }, () => hasty.refusal(ENDLESS));
    const { fromMs, untilMs } = data.windows.after;
    const times: number[] = [];
    for (let turn = 0; turn < 5; turn++) {
      const begunMs = performance.now();
      const response = await data.app.request(`/api/v1/flamegraph?from=${fromMs}&until=${untilMs}`);
      expect(response.status).toBe(200);
      expect(((await response.json()) as { totalCount: number }).totalCount).toBe(data.answers.after.samples);
      times.push(Math.round(performance.now() - begunMs));
    }
    const kinds = (await Promise.all(statements)).map(({ kind }) => kind).sort();
    expect(kinds).toEqual([...Array<string>(4).fill('busy'), ...Array<string>(6).fill('too-slow')]);
    console.log(`flame graphs beside ten endless statements took ${times.join(', ')} ms`);
  }, 60_000);

  it('gives a turn up when they leave, waiting or running', async () => {
    const leave = new AbortController();
    const run = (signal: AbortSignal) =>
      sql.runner.run({ sql: ENDLESS, format: 'json', maxRows: 1 }, signal).catch((error: unknown) => error);
    const given = [1, 2, 3].map(() => run(leave.signal));
    await until('two run', 20_000, () => statementProcesses().length === 2);
    leave.abort();
    for (const end of await Promise.all(given)) expect(end).toMatchObject({ kind: 'left' });
    await until('both have gone', 10_000, () => statementProcesses().length === 0);
    const answer = await sql.runner.run({ sql: 'SELECT 1', format: 'json', maxRows: 1 }, NEVER);
    await answer.file.close();
    expect(answer.rows).toBe(1);
  });
});
