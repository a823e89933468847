// CPUs that go and come while sampling. Needs root and BPF, and changes the host for a second; not skipped in CI.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { cpuList } from '../../src/collector/kernel-sampler.ts';
import { Programs, sleep, until } from '../support/programs.ts';
import { Sampling } from '../support/sampling.ts';

const SWITCH = '/sys/devices/system/cpu/cpu1/online';

/** Whether the kernel lets go of CPU 1 (virtual machines and single-CPU hosts may not). */
function canSwitch(): boolean {
  if (!existsSync(SWITCH) || readFileSync(SWITCH, 'utf8').trim() !== '1') return false;
  try {
    writeFileSync(SWITCH, '0');
    return true;
  } catch {
    return false;
  } finally {
    writeFileSync(SWITCH, '1');
  }
}

const programs = new Programs();
const hotplug = canSwitch();
let busy: string;
let sampling: Sampling;

beforeAll(async () => {
  busy = programs.compile('busy');
  sampling = await Sampling.start();
});
afterEach(() => programs.stopAll());
afterAll(async () => {
  await sampling.close();
  programs.remove();
});

async function samplesOfCpu1(): Promise<number> {
  await sampling.flush();
  return sampling.account(1).samples;
}

/** What this kind of host offers decides which of the two runs; neither is left out silently. */
const cases = hotplug
  ? ['goes offline and comes back']
  : ['cannot be switched off here: its log and events stay'];

describe('CPU 1', () => {
  it.each(cases)('%s, and the account stays closed', async () => {
    programs.start(busy, [1, 50]);
    await until('samples of CPU 1', 20_000, async () => (await samplesOfCpu1()) > 10);
    const before = sampling.account(1);
    if (!hotplug) {
      sampling.host.syncCpus();
      expect(sampling.account(1).entries).toBeGreaterThanOrEqual(before.entries);
      expect(sampling.conservation().closed).toBe(true);
      return;
    }
    try {
      writeFileSync(SWITCH, '0');
      expect(cpuList('online')).not.toContain(1);
      sampling.host.syncCpus();
      await sampling.flush();
      const away = sampling.account(1);
      expect(sampling.conservation().closed).toBe(true);
      expect(away.pending).toBe(0);
      expect(away.expected).toBeGreaterThanOrEqual(before.expected);
      await sleep(500);
      expect(sampling.account(1)).toEqual(away); // no ticks are expected of a CPU that is away
    } finally {
      writeFileSync(SWITCH, '1');
    }
    const back = sampling.account(1);
    // The host looks for CPUs by itself, once a second. The program lost its pinning with the CPU.
    programs.start(busy, [1, 50]);
    await until('samples of CPU 1 again', 20_000, async () => (await samplesOfCpu1()) > back.samples + 10);
    const after = sampling.account(1);
    expect(sampling.conservation().closed).toBe(true);
    expect(after.expected).toBeGreaterThan(back.expected);
    expect(after.notFired).toBeGreaterThanOrEqual(0);
    expect(after.entries).toBeLessThanOrEqual(after.expected);
    expect((await sampling.countsBy('cpu')).get('1')).toBeGreaterThanOrEqual(after.samples);
  });

  it.runIf(hotplug)('is sampled again when it was away for a moment only, between two looks', async () => {
    const before = sampling.account(1);
    try {
      writeFileSync(SWITCH, '0');
    } finally {
      writeFileSync(SWITCH, '1');
    }
    programs.start(busy, [1, 50]);
    await until('samples of CPU 1', 20_000, async () => (await samplesOfCpu1()) > before.samples + 20);
    expect(sampling.conservation().closed).toBe(true);
  });
});
