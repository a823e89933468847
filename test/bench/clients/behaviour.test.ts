import { describe, expect, it } from 'vitest';
import { explorer, livePage } from '../../../bench/clients/behaviour.ts';
import type { Step } from '../../../bench/clients/client.ts';
import { aims } from '../../../bench/clients/report.ts';
import { fakeApp } from '../../support/fake-service.ts';

function first(steps: Iterable<Step>, count: number): Step[] {
  const taken: Step[] = [];
  for (const step of steps) if (taken.push(step) === count) break;
  return taken;
}

describe('the clients of the benchmark', () => {
  it('ask for nothing that the server refuses', async () => {
    const app = fakeApp();
    for (const { path } of [...first(livePage(1), 6).slice(1), ...first(explorer(1), 60)]) {
      expect((await app.request(path)).status, path).toBe(200);
    }
  });

  it('ask as often as a page in live mode: five times in ten seconds', () => {
    const pauses = first(livePage(7), 11)
      .slice(1)
      .map(({ pauseSeconds }) => pauseSeconds);
    expect(pauses).toEqual([0, 5, 0, 0, 5, 0, 5, 0, 0, 5]);
  });

  it('do not all ask for the same', () => {
    const paths = [1, 2, 3].flatMap((number) => first(explorer(number), 20).map(({ path }) => path));
    expect(new Set(paths).size).toBeGreaterThan(40);
  });
});

describe('the aims', () => {
  const answer = { route: '/', status: 200, ms: 1, bytes: 1 };
  const account = {
    closed: true,
    unaccounted: 0,
    samples: 99,
    idle: 0,
    notFired: 0,
    losses: new Map([['logFull', 0]]),
  };
  const result = {
    answers: [answer],
    account,
    memory: { before: 1, peak: 2 },
    rateHz: 99,
    seconds: 1,
    loadBefore: 0,
  };
  const verdicts = (more: object) => aims({ ...result, ...more }).map(({ verdict }) => verdict);

  it('are met by a run without losses and failures; being told to come again is none', () => {
    expect(verdicts({ answers: [answer, { ...answer, status: 503 }] })).toEqual(['met', 'met', 'met', 'met']);
  });

  it('are missed one by one', () => {
    expect(verdicts({ account: { ...account, closed: false } })[0]).toBe('missed');
    expect(verdicts({ account: { ...account, losses: new Map([['logFull', 1]]) } })[1]).toBe('missed');
    expect(verdicts({ memory: { before: 1, peak: 1e9 } })[2]).toBe('missed');
    expect(verdicts({ answers: [{ ...answer, status: 0 }] })[3]).toBe('missed');
    expect(verdicts({ answers: [{ ...answer, status: 500 }] })[3]).toBe('missed');
  });
});
