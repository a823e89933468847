// Looks of `top` at real answers: the app on fake data, and on a data directory.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LocalClient } from '../../src/cli/profile-client.ts';
import { endOfWindow, TopSource } from '../../src/cli/top-source.ts';
import type { App } from '../../src/server/context.ts';
import type { StatusBody } from '../../src/server/status.ts';
import { fakeApp, fakeService, HEALTHY_STATUS } from '../support/fake-service.ts';
import { fakeStore, PERIOD_NS } from '../support/fake-store.ts';
import type { RecordedData } from '../support/recorded-data.ts';
import { recordedData } from '../support/recorded-data.ts';
import { WORKLOAD } from '../support/workload.ts';

const NOW = Date.UTC(2026, 0, 31, 14, 0, 0);
const REQUEST = { windowMs: 10_000, sort: 'self', limit: 5 } as const;

function clientOf(app: App): LocalClient {
  return new LocalClient('test', {
    request: async (path) => app.request(path),
    close: () => Promise.resolve(),
  });
}

function liveApp(status: () => StatusBody = () => HEALTHY_STATUS): App {
  return fakeApp({
    store: fakeStore({ text: WORKLOAD, timeMs: NOW - 6000 }),
    service: fakeService({ status: () => Promise.resolve(status()) }),
    now: () => NOW,
  });
}

describe('a look at a host that is sampled', () => {
  it('has the functions of the window, and how the host and sampling are', async () => {
    const snapshot = await new TopSource(clientOf(liveApp())).look(REQUEST);
    expect(snapshot).toMatchObject({
      ...{
        source: 'test',
        sampling: true,
        host: 'build-7',
        cpus: 2,
        rateHz: 99,
        rateReason: null,
        sort: 'self',
      },
      ...{ fromMs: NOW - 15_000, untilMs: NOW - 5000, totalCount: 10_000, unnamedShare: 0 },
    });
    expect(snapshot.functions).toHaveLength(5);
    expect(snapshot.functions[0]).toMatchObject({ name: 'escapeHtml', selfCount: 620 });
    expect(snapshot.cpusBusy).toBeCloseTo((10_000 * PERIOD_NS) / 1e9 / 10, 9);
  });

  it('is at the stacks that pass its filters', async () => {
    const filters = { focus: undefined, ignore: '^escapeHtml$', hide: undefined, show_from: undefined };
    const snapshot = await new TopSource(clientOf(liveApp())).look({ ...REQUEST, filters });
    expect(snapshot.totalCount).toBe(10_000 - 620);
  });

  it('counts what was lost since the look before, the first time since sampling began', async () => {
    const accounts = [
      { samples: 90, pending: 0, losses: { logFull: 10 } },
      { samples: 180, pending: 10, losses: { logFull: 10 } },
      { samples: 190, pending: 10, losses: { logFull: 10, logGap: 10 } },
      // The service has loaded its program anew.
      { samples: 30, pending: 0, losses: { logFull: 10, logGap: 0 } },
    ];
    let look = 0;
    const status = () => {
      const perCpu = [{ ...HEALTHY_STATUS.conservation!.perCpu[0]!, ...accounts[look++]! }];
      return { ...HEALTHY_STATUS, conservation: { closed: true, unaccounted: 0, perCpu } };
    };
    const source = new TopSource(clientOf(liveApp(status)));
    const shares: (number | null)[] = [];
    for (let i = 0; i < accounts.length; i++) shares.push((await source.look(REQUEST)).lostShare);
    expect(shares).toEqual([0.1, 0, 0.5, 0.25]);
  });

  it('passes the selector and the order on', async () => {
    const source = new TopSource(clientOf(liveApp()));
    const snapshot = await source.look({ ...REQUEST, query: '{comm="python3"}', sort: 'total' });
    expect(snapshot.functions.map(({ name }) => name)).toEqual([
      '[unknown]',
      '_PyEval_EvalFrameDefault',
      'sre_search',
    ]);
    await expect(source.look({ ...REQUEST, query: '{' })).rejects.toMatchObject({ exitCode: 2 });
  });
});

describe('the end of the window', () => {
  const at = (sampling: boolean, newestMs: number | null) =>
    endOfWindow({ sampling, store: { newestMs }, coverage: { untilMs: NOW, namedShare: null } }) - NOW;

  it('is what is stored for certain', () => {
    expect([at(true, NOW - 1200.5), at(true, NOW - 60_000), at(true, null), at(true, NOW + 50)]).toEqual([
      -1200, -5000, 0, 0,
    ]);
  });

  it('is the last sample where nothing is sampled', () => {
    expect([at(false, NOW - 60_000), at(false, null)]).toEqual([-59_999, 0]);
  });
});

describe('a look at a data directory', () => {
  let data: RecordedData;
  beforeAll(async () => void (data = await recordedData()));
  afterAll(() => data.close());

  it('is at the last that is stored', async () => {
    const snapshot = await new TopSource(clientOf(data.app)).look({ ...REQUEST, windowMs: 600_000 });
    const last = data.samples.at(-1)!;
    expect(snapshot).toMatchObject({
      sampling: false,
      host: null,
      lostShare: null,
      untilMs: last.timeMs + 1,
    });
    const inWindow = data.samples.filter(
      ({ timeMs }) => timeMs >= snapshot.fromMs && timeMs < snapshot.untilMs,
    );
    expect(snapshot.totalCount).toBe(inWindow.length);
    expect(snapshot.functions[0]!.name).toBe('escapeHtml');
  });
});
