// The routes that answer JSON, on a store with known answers.
import { describe, expect, it } from 'vitest';
import { PERIOD_NS } from '../support/fake-store.ts';
import { getJson, NOW } from '../support/two-programs.ts';

describe('GET /api/v1/flamegraph', () => {
  it('answers the last five minutes as columns with kinds of objects', async () => {
    expect(await getJson('/api/v1/flamegraph')).toEqual({
      fromMs: NOW - 300_000,
      untilMs: NOW,
      unit: 'nanoseconds',
      total: 100 * PERIOD_NS,
      totalCount: 100,
      periodNs: PERIOD_NS,
      names: ['all', 'main', 'parse', 'read'],
      objects: ['', '/usr/bin/gcc', '/usr/bin/node', '[kernel.kallsyms]'],
      objectKinds: ['', 'elf', 'elf', 'kernel'],
      files: [''],
      tiers: [''],
      nodes: {
        parent: [-1, 0, 0, 2, 2],
        name: [0, 1, 1, 2, 3],
        object: [0, 1, 2, 2, 3],
        file: [0, 0, 0, 0, 0],
        line: [0, 0, 0, 0, 0],
        tier: [0, 0, 0, 0, 0],
        self: [0, 60, 0, 30, 10].map((n) => n * PERIOD_NS),
        total: [100, 60, 40, 30, 10].map((n) => n * PERIOD_NS),
        count: [100, 60, 40, 30, 10],
      },
      hidden: { nodes: 0, count: 0, share: 0 },
    });
  });

  it('puts the values of a label first when grouped', async () => {
    const body = await getJson('/api/v1/flamegraph?groupBy=comm');
    expect(body).toMatchObject({ names: ['all', 'gcc', 'main', 'node', 'parse', 'read'] });
  });

  it('says what a cut hid', async () => {
    const body = await getJson('/api/v1/flamegraph?maxNodes=3');
    expect(body).toMatchObject({ total: 100 * PERIOD_NS, hidden: { nodes: 2, count: 40, share: 0.4 } });
  });

  it('begins at the frame that a path names', async () => {
    const body = await getJson('/api/v1/flamegraph?root=main%3Bparse');
    expect(body).toMatchObject({ names: ['parse'], nodes: { count: [30] } });
  });

  it('keeps to the selector', async () => {
    const query = encodeURIComponent('{comm="gcc"}');
    expect(await getJson(`/api/v1/flamegraph?query=${query}`)).toMatchObject({ totalCount: 60 });
  });

  it('answers an empty tree for a window without samples', async () => {
    const body = await getJson('/api/v1/flamegraph?from=now-30s');
    expect(body).toMatchObject({ total: 0, totalCount: 0, periodNs: 0, nodes: { count: [0] } });
  });
});

describe('GET /api/v1/top', () => {
  it('orders functions by their own CPU time and gives counts and shares', async () => {
    const body = await getJson<{ functions: { name: string; selfCount: number }[] }>('/api/v1/top');
    expect(body).toMatchObject({ unit: 'nanoseconds', totalCount: 100 });
    expect(body.functions.map((row) => [row.name, row.selfCount])).toEqual([
      ['main', 60],
      ['parse', 30],
      ['read', 10],
      ['main', 0],
    ]);
  });

  it('says what the limit hid', async () => {
    expect(await getJson('/api/v1/top?limit=1')).toMatchObject({
      hidden: { functions: 3, count: 40, share: 0.4 },
    });
  });

  it('counts only stacks below a path, whose first name may be a value of the label grouped by', async () => {
    const below = await getJson<{ functions: { name: string }[] }>('/api/v1/top?root=main%3Bparse');
    expect(below).toMatchObject({ totalCount: 30 });
    expect(below.functions.map(({ name }) => name)).toEqual(['parse', 'main']);
    expect(await getJson('/api/v1/top?root=gcc&groupBy=comm')).toMatchObject({ totalCount: 60 });
    expect(await getJson('/api/v1/top?root=nothing')).toMatchObject({ totalCount: 0, functions: [] });
  });
});

describe('GET /api/v1/series', () => {
  it('answers CPU time and samples per step', async () => {
    const body = await getJson('/api/v1/series?groupBy=comm&step=60s');
    const at = (value: number) => [0, 0, 0, 0, value];
    expect(body).toEqual({
      fromMs: NOW - 300_000,
      stepMs: 60_000,
      steps: 5,
      unit: 'nanoseconds',
      series: [
        { value: 'gcc', weightNs: at(60 * PERIOD_NS), count: at(60) },
        { value: 'node', weightNs: at(40 * PERIOD_NS), count: at(40) },
      ],
    });
  });

  it('chooses a step that keeps the answer small', async () => {
    expect(await getJson('/api/v1/series?from=now-7d')).toMatchObject({ stepMs: 2_016_000, steps: 300 });
  });
});

describe('GET /api/v1/labels', () => {
  it('names the labels that have a value', async () => {
    expect(await getJson('/api/v1/labels')).toEqual({ names: ['comm', 'host', 'kind'] });
  });

  it('lists the values of one, and how many the limit hid', async () => {
    expect(await getJson('/api/v1/labels/comm/values?limit=1')).toEqual({
      name: 'comm',
      values: [{ value: 'gcc', count: 60 }],
      hidden: { count: 1, share: 0.5 },
    });
  });
});
