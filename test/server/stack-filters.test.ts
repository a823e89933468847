// Stack filters and grouping by leaf frames on every route that answers stacks.
import { gunzipSync } from 'node:zlib';
import { Profile } from 'pprof-format';
import { describe, expect, it } from 'vitest';
import { fakeApp } from '../support/fake-service.ts';
import { fakeStore } from '../support/fake-store.ts';
import { getJson, twoPrograms } from '../support/two-programs.ts';

interface Top {
  totalCount: number;
  functions: { name: string; selfCount: number }[];
}

async function top(query: string): Promise<string> {
  const { functions } = await getJson<Top>(`/api/v1/top?${query}`);
  return functions.map(({ name, selfCount }) => `${name} ${selfCount}`).join(', ');
}

describe('stack filters', () => {
  it.each([
    ['focus=parse', 'parse 30, main 0'],
    ['focus=gcc', 'main 60'],
    ['ignore=^read$', 'main 60, parse 30, main 0'],
    ['hide=kallsyms', 'main 60, parse 30, main 10'],
    ['show_from=parse|read', 'parse 30, read 10'],
    ['focus=', 'main 60, parse 30, read 10, main 0'],
    ['focus=nothing', ''],
  ])('answer /api/v1/top with %s', async (query, expected) => {
    expect(await top(query)).toBe(expected);
  });

  it('answer the flame graph, its totals of what is left', async () => {
    const body = await getJson('/api/v1/flamegraph?hide=^main$&query={comm="node"}');
    expect(body).toMatchObject({ totalCount: 40, names: ['all', 'parse', 'read'] });
  });

  it('answer both sides of a diff', async () => {
    const windows = 'leftFrom=now-5m&leftUntil=now&rightFrom=now-5m';
    const body = await getJson(`/api/v1/diff?${windows}&ignore=gcc`);
    expect(body).toMatchObject({ left: { totalCount: 40 }, right: { totalCount: 40 } });
  });

  it('answer files', async () => {
    const folded = await twoPrograms.request('/api/v1/profile?format=folded&show_from=parse');
    expect(await folded.text()).toBe('parse 30\n');
    const pprof = await twoPrograms.request('/api/v1/profile?focus=parse');
    const profile = Profile.decode(gunzipSync(new Uint8Array(await pprof.arrayBuffer())));
    expect(profile.sample.map(({ value }) => Number(value[0]))).toEqual([30]);
  });
});

describe('a malformed filter', () => {
  it('is refused before the store is asked for stacks', async () => {
    let asked = 0;
    const store = fakeStore();
    const counting = {
      ...store,
      stacks: (...question: Parameters<typeof store.stacks>) => {
        asked++;
        return store.stacks(...question);
      },
    };
    const response = await fakeApp({ store: counting }).request('/api/v1/top?focus=main&hide=(');
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: { code: 'bad_pattern' } });
    expect(asked).toBe(0);
  });
});

describe('grouping by leaf frames', () => {
  it.each([
    ['function', ['main', 'parse', 'read']],
    ['object', ['/usr/bin/gcc', '/usr/bin/node', '[kernel.kallsyms]']],
    ['file', ['']],
  ])('begins the flame graph with each %s', async (field, expected) => {
    const { names, nodes } = await getJson<{ names: string[]; nodes: { parent: number[]; name: number[] } }>(
      `/api/v1/flamegraph?groupBy=${field}`,
    );
    const first = nodes.name.filter((_, node) => nodes.parent[node] === 0).map((name) => names[name]);
    expect(first).toEqual(expected);
  });
});
