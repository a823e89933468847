// State, metrics and probes.
import { describe, expect, it } from 'vitest';
import { MARKER_OBJECT } from '../../src/model/location.ts';
import type { StatusBody } from '../../src/server/status.ts';
import { HEALTHY_STATUS, IDLE_SERVICE, fakeApp } from '../support/fake-service.ts';
import { fakeStore } from '../support/fake-store.ts';

const NOW = Date.UTC(2026, 0, 31, 14, 0, 0);
const store = fakeStore({ text: 'gcc:\n  main @/usr/bin/gcc =60', timeMs: NOW - 60_000 });
const app = fakeApp({ store, now: () => NOW });

describe('GET /api/v1/status', () => {
  it('gives the account of the service, completed from the store', async () => {
    const body: unknown = await (await app.request('/api/v1/status')).json();
    expect(body).toMatchObject(HEALTHY_STATUS);
    expect(body).toMatchObject({
      store: { samples: 60, oldestMs: NOW - 60_000 },
      coverage: { fromMs: NOW - 300_000, untilMs: NOW, samples: 60, namedShare: 1, unresolved: [] },
    });
  });

  it('tells how well the samples are named, and what would name more', async () => {
    const object = { ...MARKER_OBJECT, kind: 'elf', path: '/usr/lib/libc.so.6', buildId: 'abcd' } as const;
    const gaining = { object, samples: 30, has: 'function', reason: '', exe: '' } as const;
    const coverage = {
      ...{ samples: 100, namedSamples: 90, unresolved: [] },
      byLevel: { line: 60, function: 30, object: 8, nothing: 2 },
      gain: Array.from({ length: 15 }, () => gaining),
    };
    const advisor = { advise: (objects: readonly unknown[]) => Promise.resolve(objects.map(() => 'do it')) };
    const named = fakeApp({ store: { ...store, coverage: () => Promise.resolve(coverage) }, advisor });
    const body = (await (await named.request('/api/v1/status')).json()) as StatusBody;
    expect(body.coverage).toMatchObject({
      namedShare: 0.9,
      shares: { line: 0.6, function: 0.3, object: 0.08, nothing: 0.02 },
    });
    expect(body.coverage?.gain).toHaveLength(10);
    expect(body.coverage?.gain[0]).toEqual({
      ...{ buildId: 'abcd', path: '/usr/lib/libc.so.6', samples: 30, has: 'function', advice: 'do it' },
    });
    const metrics = await (await named.request('/metrics')).text();
    expect(metrics).toContain('pilotlight_coverage_share{has="object"} 0.08\n');
  });

  it('leaves out what only a sampler could tell where none runs', async () => {
    const response = await fakeApp({ service: IDLE_SERVICE, store }).request('/api/v1/status');
    const body = (await response.json()) as object;
    expect(Object.keys(body).toSorted()).toEqual(['coverage', 'sampling', 'store']);
    expect(body).toMatchObject({ sampling: false, coverage: { samples: 0, namedShare: null, shares: null } });
  });
});

describe('GET /metrics', () => {
  it('answers OpenMetrics with ticks by CPU and losses by name', async () => {
    const response = await app.request('/metrics');
    expect(response.headers.get('content-type')).toMatch(/^application\/openmetrics-text; version=1\.0\.0/);
    const text = await response.text();
    for (const line of [
      'pilotlight_ticks_expected_total{cpu="0"} 10000',
      'pilotlight_ticks_not_fired{cpu="0"} 12',
      'pilotlight_ticks_entries_total{cpu="1"} 10000',
      'pilotlight_ticks_idle_total{cpu="1"} 9000',
      'pilotlight_ticks_samples_total{cpu="0"} 5980',
      'pilotlight_ticks_lost_total{cpu="0",loss="logFull"} 3',
      'pilotlight_conservation_closed 1',
      'pilotlight_rate_hz{which="in_force"} 99',
      'pilotlight_store_samples 60',
      'pilotlight_named_share 1',
    ]) {
      expect(text.split('\n')).toContain(line);
    }
    expect(text.endsWith('# EOF\n')).toBe(true);
  });

  it('tells the same numbers at each scrape instead of adding them up', async () => {
    const scrape = async () => (await app.request('/metrics')).text();
    expect(await scrape()).toBe(await scrape());
  });

  it('works without a sampler', async () => {
    const text = await (await fakeApp({ service: IDLE_SERVICE }).request('/metrics')).text();
    expect(text).toContain('pilotlight_sampling 0');
    expect(text).not.toContain('pilotlight_ticks');
  });
});

describe('probes', () => {
  it('are fine while the store answers', async () => {
    expect((await app.request('/healthz')).status).toBe(200);
    expect((await app.request('/readyz')).status).toBe(200);
  });

  it('tell alive from ready when the store does not answer', async () => {
    const down = fakeApp({ store: { ...store, usage: () => Promise.reject(new Error('closed')) } });
    expect((await down.request('/healthz')).status).toBe(200);
    const ready = await down.request('/readyz');
    expect(ready.status).toBe(503);
    expect(await ready.json()).toMatchObject({ error: { code: 'not_ready' } });
  });
});
