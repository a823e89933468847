// Places and deadlines of routes.
import { describe, expect, it } from 'vitest';
import type { ErrorBody } from '../../../src/server/errors.ts';
import { withDeadline } from '../../../src/server/limits/bounded-work.ts';
import { SERVER_LIMITS } from '../../../src/server/limits/server-limits.ts';
import type { ProfileStore } from '../../../src/store/profile-store.ts';
import { fakeApp } from '../../support/fake-service.ts';
import { fakeStore } from '../../support/fake-store.ts';

const GATE = { atOnce: 1, waiting: 1, waitMs: 60_000 };

/** A store whose answers about stacks wait. */
function slowStore() {
  const waiting: (() => void)[] = [];
  const store: ProfileStore = fakeStore();
  const stacks: ProfileStore['stacks'] = async (...asked) => {
    await new Promise<void>((resolve) => waiting.push(resolve));
    return store.stacks(...asked);
  };
  return { store: { ...store, stacks }, waiting };
}

const turns = async () => {
  for (let i = 0; i < 20; i++) await new Promise((resolve) => setImmediate(resolve));
};

describe('heavy requests', () => {
  it('are refused where too many wait, while small ones are answered', async () => {
    const { store, waiting } = slowStore();
    const app = fakeApp({ store, limits: { ...SERVER_LIMITS, heavy: GATE } });
    const answers = ['/api/v1/top', '/api/v1/flamegraph', '/api/v1/profile'].map((path) => app.request(path));
    await turns();
    const refused = await answers[2]!;
    expect(refused.status).toBe(503);
    expect(refused.headers.get('retry-after')).toBe('5');
    expect(((await refused.json()) as ErrorBody).error).toMatchObject({ code: 'busy' });
    for (const path of ['/healthz', '/api/v1/status', '/metrics'])
      expect((await app.request(path)).status).toBe(200);
    expect(waiting).toHaveLength(1);
    waiting[0]!();
    expect((await answers[0]!).status).toBe(200);
    await turns();
    waiting[1]!();
    expect((await answers[1]!).status).toBe(200);
  });
});

describe('a deadline', () => {
  it('refuses what takes longer, and says what would be faster', async () => {
    const never = new Promise<void>(() => undefined);
    await expect(withDeadline(never, 10)).rejects.toMatchObject({
      ...{ status: 503, code: 'too_slow', message: 'there was no answer within 0.01 s' },
      hint: 'ask for a shorter window or a narrower selector',
    });
  });

  it('leaves what is in time as it is, also a failure', async () => {
    await withDeadline(Promise.resolve(), 60_000);
    await expect(withDeadline(Promise.reject(new Error('failed')), 60_000)).rejects.toThrow('failed');
  });

  it('leaves nothing behind of work that fails after it', async () => {
    const late = new Promise<void>((_, reject) => setTimeout(() => reject(new Error('late')), 20));
    await expect(withDeadline(late, 1)).rejects.toMatchObject({ code: 'too_slow' });
    await new Promise((resolve) => setTimeout(resolve, 40)); // an unhandled rejection would end the run
  });
});
