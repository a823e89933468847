// Bad input never gives a 500: a table of requests and of what the answer names.
import { describe, expect, it } from 'vitest';
import type { ErrorBody } from '../../src/server/errors.ts';
import type { ProfileStore } from '../../src/store/profile-store.ts';
import { StoreError } from '../../src/store/store-error.ts';
import { fakeStore } from '../support/fake-store.ts';
import { IDLE_SERVICE, fakeApp } from '../support/fake-service.ts';

const app = fakeApp();
const long = 'x'.repeat(10_000);

const TABLE: readonly (readonly [path: string, status: number, code: string, message: RegExp])[] = [
  ['/api/v1/nothing', 404, 'not_found', /\/api\/v1\/nothing/],
  ['/api/v1/profile/', 404, 'not_found', /\/api\/v1\/profile\//],
  ['/%ff%fe', 404, 'not_found', /nothing at/],
  ['/api/v1/top?frm=now-5m', 400, 'unknown_parameter', /"frm"/],
  ['/api/v1/status?verbose=1', 400, 'unknown_parameter', /"verbose"/],
  ['/metrics?name=x', 400, 'unknown_parameter', /"name"/],
  ['/healthz?x', 400, 'unknown_parameter', /"x"/],
  [
    '/api/v1/flamegraph?maxNodes=0',
    400,
    'bad_parameter',
    /^maxNodes: must be a whole number from 1 to 50000/,
  ],
  ['/api/v1/flamegraph?maxNodes=50001', 400, 'bad_parameter', /^maxNodes/],
  ['/api/v1/flamegraph?maxNodes=1e3', 400, 'bad_parameter', /^maxNodes/],
  ['/api/v1/flamegraph?maxNodes=', 400, 'bad_parameter', /^maxNodes/],
  ['/api/v1/flamegraph?maxNodes=1&maxNodes=2', 400, 'bad_parameter', /^maxNodes: is given more than once/],
  ['/api/v1/flamegraph?groupBy=colour', 400, 'bad_parameter', /^groupBy: must be one of comm/],
  ['/api/v1/flamegraph?from=yesterday', 400, 'bad_time', /^from: "yesterday" is not a time/],
  ['/api/v1/flamegraph?until=', 400, 'bad_time', /^until/],
  ['/api/v1/flamegraph?from=now&until=now-5m', 400, 'bad_time', /must be after from/],
  ['/api/v1/flamegraph?from=99999999999999999', 400, 'bad_time', /out of range/],
  ['/api/v1/flamegraph?query={', 400, 'bad_selector', /^query: .*column 2/],
  ['/api/v1/flamegraph?query={colour="red"}', 400, 'bad_selector', /unknown label 'colour'/],
  [
    `/api/v1/flamegraph?query={comm="${long}"}`,
    400,
    'bad_selector',
    /has 10009 characters, at most 10000 are read/,
  ],
  [`/api/v1/flamegraph?query={${long.slice(2000)}="1"}`, 400, 'bad_selector', /unknown label 'x{40}…'/],
  [`/api/v1/diff?leftQuery={${'pid!="1",'.repeat(501)}}`, 400, 'bad_selector', /^leftQuery: more than 500/],
  ['/api/v1/flamegraph?query={comm=~"("}', 400, 'bad_selector', /^query: missing something/],
  ['/api/v1/top?focus=(', 400, 'bad_pattern', /^focus: missing something/],
  ['/api/v1/profile?ignore=[', 400, 'bad_pattern', /^ignore: /],
  ['/api/v1/diff?hide=*', 400, 'bad_pattern', /^hide: /],
  ['/api/v1/flamegraph?show_from=(', 400, 'bad_pattern', /^show_from: /],
  ['/api/v1/flamegraph?showFrom=main', 400, 'unknown_parameter', /"showFrom"/],
  [`/api/v1/flamegraph?focus=${long}`, 400, 'bad_parameter', /^focus: must have at most 1000 characters/],
  [`/api/v1/flamegraph?query=${long}${long}`, 414, 'url_too_long', /at most 16384/],
  [`/${long}`, 404, 'not_found', /nothing at/],
  [
    '/api/v1/profile?format=svg',
    400,
    'bad_parameter',
    /^format: must be one of pprof, folded, speedscope, html/,
  ],
  ['/api/v1/top?limit=-1', 400, 'bad_parameter', /^limit/],
  ['/api/v1/top?sort=name', 400, 'bad_parameter', /^sort: must be one of self, total/],
  ['/api/v1/series?step=0s', 400, 'bad_step', /^step/],
  ['/api/v1/series?step=soon', 400, 'bad_step', /"soon" is not a duration/],
  ['/api/v1/series?step=1ms', 400, 'too_many_points', /at most 11000/],
  ['/api/v1/labels/colour/values', 400, 'bad_parameter', /^name: must be one of/],
  ['/api/v1/labels/comm/values?limit=0', 400, 'bad_parameter', /^limit/],
  ['/debug/pprof/profile?seconds=0', 400, 'bad_parameter', /^seconds: must be a whole number from 1 to 3600/],
  ['/debug/pprof/profile?seconds=3601', 400, 'bad_parameter', /^seconds/],
  ['/debug/pprof/profile?seconds=1&query=}', 400, 'bad_selector', /^query/],
];

async function failure(response: Response): Promise<ErrorBody['error']> {
  expect(response.headers.get('content-type')).toMatch(/^application\/json/);
  return ((await response.json()) as ErrorBody).error;
}

describe('bad input', () => {
  it.each(TABLE.map(([path, ...rest]) => [path.slice(0, 70), path, ...rest] as const))(
    'answers %s with the fitting status and names the fault',
    async (_shown, path, status, code, message) => {
      const response = await app.request(path);
      expect(response.status).toBe(status);
      const error = await failure(response);
      expect(error.code).toBe(code);
      expect(error.message).toMatch(message);
      expect(error.message.length).toBeLessThan(400);
    },
  );

  it('answers a method that no route has with 404', async () => {
    const response = await app.request('/api/v1/top', {
      method: 'DELETE',
      headers: { 'content-type': 'application/json' },
    });
    expect(response.status).toBe(404);
    expect((await failure(response)).message).toMatch(/DELETE/);
  });

  it('refuses to wait for samples where no sampler runs', async () => {
    const response = await fakeApp({ service: IDLE_SERVICE }).request('/debug/pprof/profile?seconds=1');
    expect(response.status).toBe(503);
    expect((await failure(response)).code).toBe('not_sampling');
  });

  it('tells what the store cannot answer as the mistake of whoever asked', async () => {
    const refusing: ProfileStore = {
      ...fakeStore(),
      stacks: () => Promise.reject(new StoreError('bad-query', 'no such window')),
    };
    const response = await fakeApp({ store: refusing }).request('/api/v1/top');
    expect(response.status).toBe(400);
    expect(await failure(response)).toEqual({ code: 'bad_query', message: 'no such window' });
  });

  it('tells a fault of its own as 500 without its inner message, and logs that', async () => {
    const logged: unknown[] = [];
    const broken = fakeApp({
      service: { ...IDLE_SERVICE, status: () => Promise.reject(new Error('secret path')) },
      log: { warn: () => undefined, error: (details) => logged.push(details) },
    });
    const response = await broken.request('/api/v1/status');
    expect(response.status).toBe(500);
    expect(JSON.stringify(await failure(response))).not.toContain('secret');
    expect(logged).toHaveLength(1);
  });
});
