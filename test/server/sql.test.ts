// POST /api/v1/sql on the recorded data: answers in every form, refusals as the API tells them.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { App } from '../../src/server/context.ts';
import type { ErrorBody } from '../../src/server/errors.ts';
import type { SqlErrorKind } from '../../src/sql/sql-error.ts';
import { SqlError } from '../../src/sql/sql-error.ts';
import { recordedRunner } from '../sql/recorded-runner.ts';
import { fakeApp } from '../support/fake-service.ts';

let app: App;
let samples: number;
let close: () => Promise<void>;
beforeAll(async () => {
  const recorded = await recordedRunner({ deadlineMs: 3000 });
  ({ close } = recorded);
  samples = recorded.data.samples.length;
  app = fakeApp({ store: recorded.data.store, sql: recorded.sql.runner });
});
afterAll(() => close());

function post(body: unknown, on = app): Promise<Response> {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: text };
  return Promise.resolve(on.request('/api/v1/sql', init));
}

async function failure(response: Response): Promise<ErrorBody['error']> {
  return ((await response.json()) as ErrorBody).error;
}

describe('an answer', () => {
  it('is columns and rows', async () => {
    const response = await post({ sql: 'SELECT count(*) AS n FROM samples' });
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('application/json');
    expect(await response.json()).toEqual({
      columns: [{ name: 'n', type: 'BIGINT' }],
      rows: [[samples]],
      rowCount: 1,
      truncated: null,
      asOfMs: expect.any(Number) as number,
    });
  });

  it('in CSV and Parquet says in a header what is cut, and when it is of', async () => {
    const sql = 'SELECT tid FROM samples';
    const csv = await post({ sql, maxRows: 3, format: 'csv' });
    expect(csv.headers.get('content-type')).toBe('text/csv; charset=utf-8; header=present');
    expect(csv.headers.get('x-pilotlight-truncated')).toBe('rows 3');
    expect(Number(csv.headers.get('x-pilotlight-as-of-ms'))).toBeGreaterThan(Date.UTC(2026, 0, 1));
    expect((await csv.text()).split('\n')).toHaveLength(5);
    const parquet = await post({ sql, maxRows: samples, format: 'parquet' });
    expect(parquet.headers.get('x-pilotlight-truncated')).toBeNull();
    const bytes = Buffer.from(await parquet.arrayBuffer());
    expect(bytes.length).toBe(Number(parquet.headers.get('content-length')));
    expect([bytes.toString('latin1', 0, 4), bytes.toString('latin1', bytes.length - 4)]).toEqual([
      'PAR1',
      'PAR1',
    ]);
  });

  it('has 10,000 rows where the request does not say', async () => {
    const body = (await (await post({ sql: 'FROM range(20_000)' })).json()) as object;
    expect(body).toMatchObject({ rowCount: 10_000, truncated: { by: 'rows', limit: 10_000 } });
  });
});

describe('a request', () => {
  it.each([
    ['{', 400, 'bad_request', /JSON/],
    [{}, 400, 'bad_parameter', /^sql: /],
    [{ sql: 7 }, 400, 'bad_parameter', /^sql: /],
    [{ sql: 'SELECT 1', rows: 7 }, 400, 'unknown_parameter', /"rows"/],
    [
      { sql: 'SELECT 1', maxRows: 0 },
      400,
      'bad_parameter',
      /^maxRows: must be a whole number from 1 to 1000000$/,
    ],
    [{ sql: 'SELECT 1', maxRows: 1_000_001 }, 400, 'bad_parameter', /^maxRows/],
    [{ sql: 'SELECT 1', maxRows: 1.5 }, 400, 'bad_parameter', /^maxRows/],
    [
      { sql: 'SELECT 1', format: 'xlsx' },
      400,
      'bad_parameter',
      /^format: must be one of json, csv, parquet$/,
    ],
    [{ sql: 'x'.repeat(100_001) }, 400, 'bad_parameter', /^sql: must have at most 100000 characters$/],
    [{ sql: '' }, 400, 'bad_sql', /^there is no statement$/],
    [{ sql: 'SELECT cmm FROM samples' }, 400, 'bad_sql', /"cmm" not found/],
    [{ sql: 'DROP VIEW samples' }, 400, 'sql_refused', /^only SELECT is run, and this is DROP$/],
    [{ sql: `FROM read_text('/etc/passwd')` }, 400, 'sql_refused', /\/etc\/passwd/],
    [
      { sql: 'SELECT count(*) FROM range(1000000000) a, range(1000000000) b' },
      422,
      'sql_too_slow',
      /longer than 3 s/,
    ],
    [{ sql: `SELECT len(repeat('x', 4000000000))` }, 422, 'sql_too_large', /memory/],
  ])('%j is answered with %i %s', async (body, status, code, message) => {
    const response = await post(body);
    expect(response.status).toBe(status);
    const error = await failure(response);
    expect(error.code).toBe(code);
    expect(error.message).toMatch(message);
  });

  it('of a megabyte is refused before it is read', async () => {
    const body = JSON.stringify({ sql: 'x'.repeat(1_100_000) });
    const headers = { 'content-type': 'application/json', 'content-length': String(body.length) };
    const response = await app.request('/api/v1/sql', { method: 'POST', headers, body });
    expect(response.status).toBe(413);
    expect((await failure(response)).code).toBe('body_too_large');
  });

  it('has to say that it is JSON', async () => {
    const response = await app.request('/api/v1/sql', { method: 'POST', body: '{"sql": "SELECT 1"}' });
    expect(response.status).toBe(415);
  });

  it.each<[SqlErrorKind, number, string]>([
    ['busy', 503, 'sql_busy'],
    ['no-space', 507, 'no_space'],
    ['left', 503, 'sql_ended'],
    ['failed', 500, 'internal'],
  ])('that ends as %s is answered with %i %s', async (kind, status, code) => {
    const logged: unknown[] = [];
    const failing = fakeApp({
      sql: { run: () => Promise.reject(new SqlError(kind, 'the reason')) },
      log: { warn: () => undefined, error: (details) => logged.push(details) },
    });
    const response = await post({ sql: 'SELECT 1' }, failing);
    expect(response.status).toBe(status);
    expect((await failure(response)).code).toBe(code);
    expect(response.headers.get('retry-after')).toBe(status === 503 ? '5' : null);
    expect(logged).toHaveLength(kind === 'failed' ? 1 : 0);
  });
});
