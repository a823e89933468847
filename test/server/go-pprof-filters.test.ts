// Filtered downloads against the whole one filtered by `go tool pprof`: RE2 in the store and Go's own must agree.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { App } from '../../src/server/context.ts';
import type { ProfileStore } from '../../src/store/profile-store.ts';
import { openTemporary, textBatch, textSymbols } from '../store/text-profile.ts';
import { fakeApp } from '../support/fake-service.ts';
import { preparePprof, pprofTop } from '../support/pprof-top.ts';

const START = Date.UTC(2026, 0, 31, 14, 0, 0);
const TEXT = `
  main               main                main              [truncated]@marker
  Server::handle     Server::handle      Étoile::tourner   sys_read@kernel
  parse>lex          write@libc.so.6     write@libc.so.6
                     vfs_write@kernel
  30                 20                  7                 5`;

let dir: string;
let app: App;
let store: ProfileStore;
let remove: () => Promise<void>;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'pilotlight-filtered-'));
  ({ store, remove } = await openTemporary());
  await store.append(textBatch(TEXT, { timeMs: START }), [], textSymbols(TEXT));
  app = fakeApp({ store, now: () => START + 60_000 });
  preparePprof();
}, 600_000);
afterAll(async () => {
  await remove();
  await rm(dir, { recursive: true });
});

async function top(query: string, ...options: string[]) {
  const response = await app.request(`/api/v1/profile?from=now-2m${query}`);
  expect(response.status).toBe(200);
  const file = join(dir, 'profile.pb.gz');
  await writeFile(file, new Uint8Array(await response.arrayBuffer()));
  const { shownNs, rows } = pprofTop('-relative_percentages', ...options, file);
  return { shownNs, rows: [...rows.values()].sort((a, b) => (a.name < b.name ? -1 : 1)) };
}

describe('a filtered download', () => {
  it.each([
    ['focus', 'Server'],
    ['focus', '(?i)^SERVER::'],
    ['focus', '\\p{Lu}.*tourner'],
    ['focus', '[[:upper:]]'],
    ['focus', 'lex[.]c'],
    ['ignore', 'libc\\.so\\.\\d'],
    ['ignore', 'kallsyms|^parse$'],
    ['hide', '^lex$'],
    ['hide', '/usr/lib/'],
    ['hide', 'truncated'],
    ['show_from', 'handle|write'],
    ['show_from', 'kernel'],
    ['show_from', '\\bparse\\b'],
  ])('with %s=%s is what pprof leaves of the whole', async (filter, pattern) => {
    const expected = await top('', `-${filter}=${pattern}`);
    expect(await top(`&${filter}=${encodeURIComponent(pattern)}`)).toEqual(expected);
    expect(expected.rows).not.toEqual((await top('')).rows);
  });
});
