// GET /api/v1/prototypes.
import { describe, expect, it } from 'vitest';
import { fakeApp, VFS_READ } from '../support/fake-service.ts';
import { fakeStore } from '../support/fake-store.ts';

const app = fakeApp({ store: fakeStore(), now: () => 0 });

async function answer(query: string): Promise<[number, unknown]> {
  const response = await app.request(`/api/v1/prototypes${query}`);
  return [response.status, await response.json()];
}

describe('GET /api/v1/prototypes', () => {
  it('gives the declaration of a kernel function, or null', async () => {
    expect(await answer('?name=vfs_read')).toEqual([200, { name: 'vfs_read', prototype: VFS_READ }]);
    expect(await answer('?name=no_such')).toEqual([200, { name: 'no_such', prototype: null }]);
  });

  it.each(['', '?name=', `?name=${'x'.repeat(600)}`, '?name=a&other=b'])('refuses "%s"', async (query) => {
    expect((await answer(query))[0]).toBe(400);
  });
});
