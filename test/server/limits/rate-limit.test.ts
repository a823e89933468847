import { describe, expect, it } from 'vitest';
import { SERVER_LIMITS } from '../../../src/server/limits/server-limits.ts';
import { fakeApp } from '../../support/fake-service.ts';
import { bearer, READ_TOKEN, tokenAccess } from '../../support/token-access.ts';

const limits = { ...SERVER_LIMITS, requestsPerSecond: 1, requestBurst: 30 };

describe('a client that asks too often', () => {
  it('is told so, on every route, with the limit and when to ask again', async () => {
    const app = fakeApp({ limits });
    for (let i = 0; i < 30; i++) expect((await app.request('/healthz')).status).toBe(200);
    for (const path of ['/healthz', '/', '/api/v1/top', '/nothing']) {
      const refused = await app.request(path);
      expect(refused.status).toBe(429);
      expect(refused.headers.get('retry-after')).toBe('1');
      expect(refused.headers.get('x-content-type-options')).toBe('nosniff');
      expect(await refused.json()).toEqual({
        error: {
          code: 'too_many_requests',
          message: 'too many requests',
          hint: 'at most 1 requests a second are answered to one address',
        },
      });
    }
  });

  it('has fewer requests when it guesses tokens', async () => {
    const app = fakeApp({ limits, access: tokenAccess() });
    expect((await app.request('/api/v1/top', { headers: bearer('guess-0123456789abcdef') })).status).toBe(
      401,
    );
    expect((await app.request('/api/v1/top', { headers: bearer('guess-0123456789abcdef') })).status).toBe(
      401,
    );
    expect((await app.request('/api/v1/top', { headers: bearer(READ_TOKEN) })).status).toBe(429);
  });

  it('is limited nowhere where only its own process asks', async () => {
    const app = fakeApp();
    for (let i = 0; i < 100; i++) expect((await app.request('/healthz')).status).toBe(200);
  });
});
