// `pilotlight sql` as a user runs it: a process of its own, against a server and on a data directory.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  COMMAND,
  Daemon,
  freePort,
  pilotlight,
  removeFolder,
  temporaryFolder,
} from '../../support/daemon.ts';
import type { Ended } from '../../support/programs.ts';
import { Running } from '../../support/programs.ts';
import type { RunningServer } from '../../../src/server/serve.ts';
import { serve } from '../../../src/server/serve.ts';
import { recordedRunner } from '../../sql/recorded-runner.ts';
import { fakeApp } from '../../support/fake-service.ts';

const folder = temporaryFolder();
let server: RunningServer;
let dataDir: string;
let close: () => Promise<void>;
beforeAll(async () => {
  const { data, sql, close: closeData } = await recordedRunner();
  ({ dataDir } = data);
  server = await serve(fakeApp({ store: data.store, sql: sql.runner }), { host: '127.0.0.1', port: 0 });
  close = async () => {
    await server.close();
    await closeData();
  };
});
afterAll(async () => {
  await close();
  removeFolder(folder);
});

const ask = (...args: string[]): Promise<Ended> => pilotlight('sql', ...args, '--server', server.url);

const BY_COMM = `SELECT comm, sum(samples) AS samples FROM samples WHERE "user" = 'root' GROUP BY 1 ORDER BY 2 DESC`;
const TABLE = `
comm         samples
───────────  ───────
python3         2030
kworker/0:1     1570
backup           800
restic           750
`.trimStart();

describe('sql', () => {
  it('asks a daemon, which leaves nothing in its directory when it ends', async () => {
    const { url, running } = await Daemon.start({ dataDir: join(folder, 'data'), args: ['--no-sampler'] });
    try {
      const ended = await pilotlight('sql', 'SELECT count(*) AS n FROM samples', '--server', url);
      expect(ended).toMatchObject({ code: 0, stdout: 'n\n─\n0\n', stderr: '' });
      expect(existsSync(join(folder, 'data/sql'))).toBe(true);
    } finally {
      await running.stop('SIGTERM');
    }
    expect(existsSync(join(folder, 'data/sql'))).toBe(false);
  });

  it('prints a table, numbers at the right', async () => {
    expect(await ask(BY_COMM)).toMatchObject({ code: 0, stdout: TABLE, stderr: '' });
  });

  it('answers the same on a data directory', async () => {
    expect(await pilotlight('sql', BY_COMM, '--data-dir', dataDir)).toMatchObject({
      code: 0,
      stdout: TABLE,
      stderr: '',
    });
  });

  it.each(['-', ''])('reads the statement from standard input where it is given as "%s"', async (query) => {
    const env = { ...process.env, STATEMENT: BY_COMM };
    const command = `${process.execPath} ${COMMAND} sql ${query} --format csv --server ${server.url}`;
    const { ended } = new Running('bash', ['-c', `echo "$STATEMENT" | ${command}`], { env });
    expect(await ended).toMatchObject({
      stdout: 'comm,samples\npython3,2030\nkworker/0:1,1570\nbackup,800\nrestic,750\n',
      stderr: '',
    });
  });

  it('takes the form from the name of the file, and says what it wrote', async () => {
    const json = join(folder, 'rows.json');
    expect(await ask(BY_COMM, '-o', json)).toMatchObject({
      code: 0,
      stdout: '',
      stderr: expect.stringMatching(/^pilotlight: wrote .*rows\.json \([\d.]+ k?B\)\n$/) as string,
    });
    expect((JSON.parse(readFileSync(json, 'utf8')) as { rows: unknown }).rows).toEqual([
      ['python3', 2030],
      ['kworker/0:1', 1570],
      ['backup', 800],
      ['restic', 750],
    ]);
    const parquet = join(folder, 'rows.parquet');
    expect((await ask(BY_COMM, '-o', parquet)).code).toBe(0);
    expect(readFileSync(parquet).toString('latin1', 0, 4)).toBe('PAR1');
    expect((await ask(BY_COMM, '-o', join(folder, 'rows.txt'))).code).toBe(0);
    expect(readFileSync(join(folder, 'rows.txt'), 'utf8')).toBe(TABLE);
  });

  it('says that there are more rows', async () => {
    const { code, stdout, stderr } = await ask(BY_COMM, '--max-rows', '2', '--format', 'csv');
    expect({ code, lines: stdout.split('\n').length }).toEqual({ code: 0, lines: 4 });
    expect(stderr).toBe(
      'pilotlight: there are more rows: only the first 2 rows are here; give a larger --max-rows\n',
    );
  });

  it('ends with 2 where the statement is wrong, and says where', async () => {
    const { code, stdout, stderr } = await ask('SELECT cmm FROM samples');
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/^error: Binder Error: .*"cmm" not found.* \(line 1, at "cmm FROM samples"\)\n/);
    expect((await ask('DROP VIEW samples')).stderr).toMatch(/^error: only SELECT is run, and this is DROP\n/);
  });

  it('ends with 2 where an option is wrong', async () => {
    expect(await ask('SELECT 1', '--max-rows', '0')).toMatchObject({ code: 2 });
    expect(await ask('SELECT 1', '--format', 'xlsx')).toMatchObject({ code: 2 });
  });

  it('ends with 1 where nobody answers', async () => {
    const ended = await pilotlight('sql', 'SELECT 1', '--server', `http://127.0.0.1:${await freePort()}`);
    expect(ended).toMatchObject({ code: 1, stdout: '' });
    expect(ended.stderr).toMatch(
      /^pilotlight: cannot reach http:\/\/127\.0\.0\.1:\d+: nothing listens there;/,
    );
  });
});
