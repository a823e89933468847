// GET /api/v1/diff: which windows it compares, and what it answers, on a store with known answers.
import { gunzipSync } from 'node:zlib';
import { Profile } from 'pprof-format';
import { describe, expect, it } from 'vitest';
import type { DiffBody } from '../../src/server/diff-schema.ts';
import { diffSchema } from '../../src/server/diff-schema.ts';
import { fakeApp } from '../support/fake-service.ts';
import { PERIOD_NS, fakeStore } from '../support/fake-store.ts';

const NOW = Date.UTC(2026, 0, 31, 14, 0, 0);
const BEFORE = `
node:
  main @/usr/bin/node
    parse @/usr/bin/node =60
    read @[kernel.kallsyms] =40
`;
const AFTER = `
node:
  main @/usr/bin/node
    parse @/usr/bin/node =30
gcc:
  main @/usr/bin/gcc =30
`;

const store = fakeStore(
  { text: BEFORE, timeMs: NOW - 7 * 60_000 },
  { text: AFTER, timeMs: NOW - 2 * 60_000 },
);
const app = fakeApp({ store, now: () => NOW });

async function diff(query = ''): Promise<DiffBody> {
  const response = await app.request(`/api/v1/diff${query}`);
  expect(response.status).toBe(200);
  return diffSchema.strict().parse(await response.json());
}

const windowOf = ({ fromMs, untilMs }: DiffBody['left']) => [fromMs - NOW, untilMs - NOW];

describe('the windows of a diff', () => {
  it.each([
    ['', [-600_000, -300_000], [-300_000, 0]],
    ['?rightFrom=now-1m', [-120_000, -60_000], [-60_000, 0]],
    ['?rightUntil=now-10m', [-1_200_000, -900_000], [-900_000, -600_000]],
    ['?leftFrom=now-1h', [-3_600_000, -3_300_000], [-300_000, 0]],
    ['?leftUntil=now-1h', [-3_900_000, -3_600_000], [-300_000, 0]],
    ['?leftFrom=now-1h&leftUntil=now-59m&rightFrom=now-2m', [-3_600_000, -3_540_000], [-120_000, 0]],
    ['?leftFrom=now-2m&leftUntil=now&rightFrom=now-2m', [-120_000, 0], [-120_000, 0]],
  ])('are for "%s" as documented', async (query, left, right) => {
    const body = await diff(query);
    expect([windowOf(body.left), windowOf(body.right)]).toEqual([left, right]);
  });

  it.each([
    ['leftFrom=now&leftUntil=now-5m', 'bad_time', /^leftUntil \(.*\) must be after leftFrom/],
    ['rightFrom=now&rightUntil=now-5m', 'bad_time', /^rightUntil \(.*\) must be after rightFrom/],
    ['leftFrom=yesterday', 'bad_time', /^leftFrom: "yesterday" is not a time/],
    ['leftUntil=', 'bad_time', /^leftUntil: "" is not a time/],
    ['rightFrom=99999999999999999', 'bad_time', /^rightFrom: .* out of range/],
    ['rightFrom=0&rightUntil=8640000000000000', 'bad_time', /^leftFrom: .* before 1970/],
    ['leftUntil=1', 'bad_time', /^leftFrom: leftUntil is too early/],
    ['leftFrom=8640000000000000', 'bad_time', /^leftUntil: .* out of range/],
    ['leftQuery={', 'bad_selector', /^leftQuery: .*column 2/],
    ['rightQuery={comm=~"("}', 'bad_selector', /^rightQuery: missing something/],
    ['from=now-5m', 'unknown_parameter', /"from"/],
    ['normalize=log', 'bad_parameter', /^normalize: must be one of share, core-seconds, none/],
    ['format=svg', 'bad_parameter', /^format: must be one of json, pprof/],
    ['sort=name', 'bad_parameter', /^sort: must be one of self, total/],
    ['limit=10001', 'bad_parameter', /^limit: must be a whole number from 1 to 10000/],
    ['maxNodes=0', 'bad_parameter', /^maxNodes/],
    ['groupBy=colour', 'bad_parameter', /^groupBy: must be one of comm/],
  ])('refuse %s by its name', async (query, code, message) => {
    const response = await app.request(`/api/v1/diff?${query}`);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({
      error: { code, message: expect.stringMatching(message) as string },
    });
  });
});

describe('GET /api/v1/diff', () => {
  it('answers both sides, the merged tree and the table', async () => {
    const body = await diff();
    expect(body).toMatchObject({
      unit: 'nanoseconds',
      normalize: 'share',
      left: { query: '', total: 100 * PERIOD_NS, totalCount: 100, cores: 1 / 300, periodNs: PERIOD_NS },
      right: { query: '', total: 60 * PERIOD_NS, totalCount: 60, cores: 0.6 / 300, periodNs: PERIOD_NS },
      names: ['all', 'main', 'parse', 'read'],
      objects: ['', '/usr/bin/node', '[kernel.kallsyms]', '/usr/bin/gcc'],
      objectKinds: ['', 'elf', 'kernel', 'elf'],
      nodes: {
        parent: [-1, 0, 1, 1, 0],
        name: [0, 1, 2, 3, 1],
        object: [0, 1, 1, 2, 3],
        left: { count: [100, 100, 60, 40, 0], share: [1, 1, 0.6, 0.4, 0] },
        right: { count: [60, 30, 30, 0, 30], share: [1, 0.5, 0.5, 0, 0.5] },
        change: [0, -0.5, 0.5 - 0.6, -0.4, 0.5],
        significance: null,
      },
      hidden: { nodes: 0, left: { count: 0, share: 0 }, right: { count: 0, share: 0 } },
      hiddenFunctions: { functions: 0, left: { count: 0, share: 0 }, right: { count: 0, share: 0 } },
      verdict: null,
    });
    expect(body.functions.map(({ name, object, change }) => [name, object, change.total])).toEqual([
      ['main', '/usr/bin/gcc', 0.5],
      ['main', '/usr/bin/node', -0.5],
      ['read', '[kernel.kallsyms]', -0.4],
      ['parse', '/usr/bin/node', 0.5 - 0.6],
    ]);
  });

  it('takes a selector for each side, and says them', async () => {
    const query = encodeURIComponent('{comm="node"}');
    const body = await diff(`?leftFrom=now-3m&leftUntil=now&leftQuery=${query}&rightQuery={comm="gcc"}`);
    expect([body.left.query, body.right.query]).toEqual(['{comm="node"}', '{comm="gcc"}']);
    expect([body.left.totalCount, body.right.totalCount]).toEqual([30, 30]);
  });

  it('cuts the tree and the table, groups, and begins where it is told', async () => {
    const body = await diff('?maxNodes=2&limit=1&groupBy=comm&sort=self&normalize=none');
    expect(body.names).toEqual(['all', 'node']);
    expect(body.hidden).toMatchObject({ nodes: 5, left: { count: 100 }, right: { count: 60 } });
    expect(body.functions).toHaveLength(1);
    expect(body.hiddenFunctions.functions).toBe(3);
    expect((await diff('?root=main%3Bparse')).nodes.left.count).toEqual([60]);
  });

  it('answers zeros for windows without samples', async () => {
    const body = await diff('?leftFrom=now-2h&rightFrom=now-10s');
    const side = { total: 0, totalCount: 0, cores: 0, periodNs: 0 };
    expect(body).toMatchObject({ left: side, right: side, nodes: { change: [0] }, functions: [] });
  });

  it('answers pprof with the left side as the base', async () => {
    const response = await app.request('/api/v1/diff?format=pprof');
    expect(response.headers.get('content-type')).toBe('application/octet-stream');
    expect(response.headers.get('content-disposition')).toBe(
      'attachment; filename="pilotlight-20260131T135500Z.diff.pb.gz"',
    );
    const profile = Profile.decode(gunzipSync(new Uint8Array(await response.arrayBuffer())));
    const text = (index: unknown): unknown => profile.stringTable.strings[Number(index)];
    expect(
      profile.sample.map(({ value, label }): unknown[] => [
        BigInt.asIntN(64, BigInt(value[0]!)),
        Object.fromEntries(label.map(({ key, str }) => [text(key), text(str)])),
      ]),
    ).toEqual([
      [-60n, { comm: 'node', 'pprof::base': 'true' }],
      [-40n, { comm: 'node', 'pprof::base': 'true' }],
      [30n, { comm: 'node' }],
      [30n, { comm: 'gcc' }],
    ]);
  });
});
