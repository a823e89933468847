// An app whose store holds 100 samples of two programs, a minute before now.
import { expect } from 'vitest';
import { fakeApp } from './fake-service.ts';
import { fakeStore } from './fake-store.ts';

export const NOW = Date.UTC(2026, 0, 31, 14, 0, 0);
const PROFILE = `
node:
  main @/usr/bin/node
    parse @/usr/bin/node =30
    read @[kernel.kallsyms] =10
gcc:
  main @/usr/bin/gcc =60
`;

export const twoPrograms = fakeApp({
  store: fakeStore({ text: PROFILE, timeMs: NOW - 60_000 }),
  now: () => NOW,
});

/** What the app answers, which must be JSON and no error. */
export async function getJson<T = unknown>(path: string): Promise<T> {
  const response = await twoPrograms.request(path);
  expect(response.status, path).toBe(200);
  expect(response.headers.get('content-type')).toMatch(/^application\/json/);
  return (await response.json()) as T;
}
