// Rounds of upkeep on a store that only writes down what it is asked.
import { beforeEach, describe, expect, it } from 'vitest';
import { Upkeep } from '../../src/daemon/upkeep.ts';
import type { StoreUsage, UpkeepPolicy, UpkeepStep } from '../../src/store/profile-store.ts';

const HOUR = 3_600_000;
const NOW = Date.UTC(2026, 2, 2);
const POLICY = { rawForMs: HOUR, retentionMs: 10 * HOUR, retentionBytes: 1e9 };

let steps: (UpkeepStep | Error)[];
let asked: { nowMs: number; policy: UpkeepPolicy }[];
let told: string[];
let swept: number;
let steadyMs: number;
let jumpMs: number;
let definitionsStored: boolean;
let upkeep: Upkeep;

beforeEach(() => {
  [steps, asked, told, swept, steadyMs, jumpMs, definitionsStored] = [[], [], [], 0, 0, 0, true];
  upkeep = new Upkeep({
    store: {
      maintain: (nowMs, policy) => {
        asked.push({ nowMs, policy });
        const next = steps.shift();
        return next instanceof Error ? Promise.reject(next) : Promise.resolve(next ?? null);
      },
      sweep: () => Promise.resolve(++swept),
      usage: () => Promise.resolve({ newestMs: NOW } as StoreUsage),
    },
    policy: POLICY,
    forgetDefinitions: () => Promise.resolve(definitionsStored),
    tell: (line) => told.push(line),
    wallMs: () => NOW + steadyMs + jumpMs,
    steadyMs: () => steadyMs,
    pauseMs: 0,
  });
});

const step = (did: UpkeepStep['did'], what: string): UpkeepStep => ({ did, what });

describe('Upkeep', () => {
  it('takes steps until nothing is left to do, and says what each did', async () => {
    steps = [step('sealed', 'one'), step('rolled-up', 'two')];
    await upkeep.round();
    expect(told).toEqual(['one', 'two']);
    expect(asked).toHaveLength(3);
    expect(asked[0]).toEqual({ nowMs: NOW, policy: { ...POLICY, holdAge: false } });
  });

  it('says a failure once, and tries again in the next round', async () => {
    steps = [new Error('no space'), new Error('no space'), step('sealed', 'done')];
    for (let round = 0; round < 3; round++) await upkeep.round();
    expect(told).toEqual(['upkeep of the store failed, and is tried again: no space', 'done']);
    expect(upkeep.lastError).toBeNull();
  });

  it('holds deletion by age after the clock was set forward', async () => {
    await upkeep.round();
    jumpMs = 20 * HOUR;
    await upkeep.round();
    expect(asked.map(({ policy }) => policy.holdAge)).toEqual([false, true]);
    expect(told).toEqual([expect.stringMatching(/^the clock was set forward by 72000 s/)]);
    steadyMs += 25 * HOUR;
    await upkeep.round();
    expect(asked.at(-1)!.policy.holdAge).toBe(false);
  });

  it('sweeps definitions once a day, where blocks were deleted and all batches are stored', async () => {
    steps = [step('deleted', 'gone')];
    await upkeep.round();
    expect(swept).toBe(0);
    steadyMs = 24 * HOUR;
    definitionsStored = false;
    await upkeep.round();
    expect(swept).toBe(0);
    definitionsStored = true;
    await upkeep.round();
    await upkeep.round();
    expect(swept).toBe(1);
    expect(told.at(-1)).toBe('1 definitions that no stored sample refers to were deleted');
  });

  it('ends after the step that is under way when it is stopped', async () => {
    steps = [step('sealed', 'one'), step('sealed', 'two')];
    const round = upkeep.round();
    await upkeep.stop();
    await round;
    expect(told.length).toBeLessThan(2);
  });
});
