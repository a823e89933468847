// The law of conservation on the real BPF program. Needs root and BPF; not skipped in CI.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Conservation } from '../../src/model/conservation.ts';
import { residual } from '../../src/model/conservation.ts';
import type { LocalSamplerOptions } from '../../src/collector/local-sampler-host.ts';
import { KERNEL_LOSSES } from '../../src/collector/wire.gen.ts';
import { Programs, sleep } from '../support/programs.ts';
import { possibleCpuCount } from '../../src/collector/kernel-sampler.ts';
import { ownMapIds, Sampling, total } from '../support/sampling.ts';

const BPF_MAP_TYPE_ARRAY_OF_MAPS = 12;
const BPF_SOURCE = fileURLToPath(new URL('../../bpf/pilotlight.bpf.c', import.meta.url));

const programs = new Programs();
let busy: string;
let flood: string;
let deleteElement: string;
let sampling: Sampling | undefined;

beforeAll(() => {
  busy = programs.compile('busy');
  flood = programs.compile('map-flood');
  deleteElement = programs.compile('map-delete');
});
afterEach(async () => {
  await programs.stopAll();
  await sampling?.close();
});
afterAll(() => programs.remove());

async function start(options: Partial<LocalSamplerOptions> = {}): Promise<Sampling> {
  sampling = await Sampling.start(options);
  return sampling;
}

/** Two busy loops for so long, wherever the scheduler puts them. */
async function underLoad(ms: number): Promise<void> {
  programs.start(busy, [-1, 50]);
  programs.start(busy, [-1, 50]);
  await sleep(ms);
  await programs.stopAll();
}

function expectClosed({ closed, unaccounted, perCpu }: Conservation): void {
  expect(perCpu.filter((cpu) => residual(cpu) !== 0)).toEqual([]);
  expect({ closed, unaccounted }).toEqual({ closed: true, unaccounted: 0 });
}

const lost = (conservation: Conservation, name: string): number =>
  total(conservation.perCpu, ({ losses }) => losses[name] ?? 0);

describe('the account', () => {
  it('closes under load, on every CPU, down to the rows stored', async () => {
    const { host } = await start({ rateHz: 199 });
    const before = new Map(host.readings().map(({ cpu, expected }) => [cpu, expected]));
    const startedMs = performance.now();
    const during: Conservation[] = [];
    const load = underLoad(3000);
    for (let turn = 0; turn < 12; turn++) {
      await sleep(200);
      if (turn % 3 === 0) await sampling!.flush();
      during.push(sampling!.conservation());
    }
    await load;
    await sampling!.flush();
    during.forEach(expectClosed);

    const after = sampling!.conservation();
    const elapsedTicks = ((performance.now() - startedMs) / 1000) * 199;
    expectClosed(after);
    for (const cpu of after.perCpu) {
      // The left side is the perf event's own time: it goes with the clock, whatever our counters say.
      expect(cpu.expected - before.get(cpu.cpu)!).toBeGreaterThan(elapsedTicks * 0.98 - 2);
      expect(cpu.expected - before.get(cpu.cpu)!).toBeLessThan(elapsedTicks * 1.02 + 2);
      expect(cpu.notFired).toBeGreaterThanOrEqual(0);
      expect(cpu.entries).toBeLessThanOrEqual(cpu.expected);
      expect(cpu.samples).toBeGreaterThan(0);
    }
    const stored = await sampling!.countsBy('cpu');
    for (const { cpu, samples } of after.perCpu) expect(stored.get(String(cpu))).toBe(samples);
    expect((await sampling!.store.usage()).samples).toBe(total(after.perCpu, (cpu) => cpu.samples));
  });

  it('closes with a log that is too small, where most ticks are counted as logFull', async () => {
    await start({ rateHz: 499, logBytes: 8192 });
    await underLoad(2000);
    await sampling!.flush();
    const conservation = sampling!.conservation();
    expectClosed(conservation);
    expect(lost(conservation, 'logFull')).toBeGreaterThan(0);
    expect(total(conservation.perCpu, ({ samples }) => samples)).toBeGreaterThan(0);
  });

  it('closes while the drain stands still for 5 s, with everything held, and when it goes on', async () => {
    // Room for 5 s of whatever else runs here, stacks of 1,000 bytes included.
    await start({ drainIntervalMs: 3_600_000, logBytes: 2 ** 20 });
    await underLoad(5000);
    const still = sampling!.conservation();
    expectClosed(still);
    expect(total(still.perCpu, ({ samples }) => samples)).toBe(0);
    const held = total(still.perCpu, ({ pending }) => pending);
    expect(held).toBeGreaterThan(200);

    await sampling!.flush();
    const after = sampling!.conservation();
    expectClosed(after);
    expect(total(after.perCpu, ({ samples }) => samples)).toBeGreaterThanOrEqual(held);
    expect(total(after.perCpu, (cpu) => Object.values(cpu.losses).reduce((a, b) => a + b))).toBe(0);
  });

  it('counts what a log cannot hold while the drain stands still, and samples again when it goes on', async () => {
    await start({ drainIntervalMs: 3_600_000, logBytes: 16_384 });
    await underLoad(5000);
    const still = sampling!.conservation();
    expectClosed(still);
    expect(lost(still, 'logFull')).toBeGreaterThan(0);
    await sampling!.flush();
    const full = sampling!.conservation();
    expectClosed(full);

    await underLoad(500);
    await sampling!.flush();
    const after = sampling!.conservation();
    expectClosed(after);
    expect(total(after.perCpu, (cpu) => cpu.samples)).toBeGreaterThan(
      total(full.perCpu, (cpu) => cpu.samples),
    );
  });

  it('shows as notFired what the kernel drops while bpf(2) map updates flood a CPU', async () => {
    await start();
    const notFiredShare = async (program: string, args: number[]): Promise<number> => {
      const before = sampling!.account(1);
      programs.start(program, args);
      await sleep(3000);
      const after = sampling!.account(1);
      await programs.stopAll();
      return (after.notFired - before.notFired) / (after.expected - before.expected);
    };
    const quiet = await notFiredShare(busy, [1, 50]);
    const flooded = await notFiredShare(flood, [1, 10]);
    console.log(`notFired on CPU 1: ${percent(quiet)} beside a busy loop, ${percent(flooded)} in the flood`);
    expect(flooded).toBeGreaterThan(quiet + 0.08);
    expect(flooded).toBeGreaterThan(2 * quiet);
    await sampling!.flush();
    expectClosed(sampling!.conservation());
  });
});

const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;

/** Each makes the BPF program count the loss of its name. */
const PROVOCATIONS: Record<
  (typeof KERNEL_LOSSES)[number],
  (options: Partial<LocalSamplerOptions>) => Promise<void>
> = {
  filtered: async (options) => {
    await start({ ...options, filters: { pid: process.pid } });
    await underLoad(300);
  },
  logFull: async (options) => {
    await start({ ...options, logBytes: 8192, rateHz: 499, drainIntervalMs: 3_600_000 });
    await underLoad(300);
  },
  noLog: async (options) => {
    await start(options);
    const logs = ownMapIds(BPF_MAP_TYPE_ARRAY_OF_MAPS, possibleCpuCount());
    expect(logs).toHaveLength(1);
    const deleted = await programs.start(deleteElement, [logs[0]!, 1]).ended;
    expect(deleted).toMatchObject({ code: 0, stderr: '' });
    programs.start(busy, [1, 50]);
    await underLoad(300);
  },
};

describe('a counter that is taken out of the BPF program', () => {
  it.each(KERNEL_LOSSES.map((name, number) => ({ name, number })))(
    'breaks the account where it is $name, and only then',
    async ({ name, number }) => {
      const provoke = PROVOCATIONS[name];
      await provoke({});
      await sampling!.flush();
      const whole = sampling!.conservation();
      expectClosed(whole);
      const counted = lost(whole, name);
      expect(counted).toBeGreaterThan(0);
      await sampling!.close();

      await provoke({ objectPath: programs.compileBpf(`no-${name}.o`, [`-DPL_MUTATE_LOSS=${number}`]) });
      await sampling!.flush();
      const without = sampling!.conservation();
      expect(lost(without, name)).toBe(0);
      expect(without.closed).toBe(false);
      expect(without.unaccounted).toBeGreaterThan(0);
    },
  );

  it.each(['cpu->idle++;', 'cpu->recorded++;'])('breaks the account where it is %s', async (counter) => {
    // A busy machine has no idle ticks: threads of odd number stand for them.
    const source = replaceOnce(readFileSync(BPF_SOURCE, 'utf8'), '!(__u32)pid_tgid', '(__u32)pid_tgid & 1');
    const close = async (text: string): Promise<Conservation> => {
      const file = join(programs.path, 'mutated.bpf.c');
      writeFileSync(file, text);
      await start({ objectPath: programs.compileBpf('mutated.o', [], file) });
      await underLoad(500);
      await sampling!.flush();
      const conservation = sampling!.conservation();
      await sampling!.close();
      return conservation;
    };
    const whole = await close(source);
    expectClosed(whole);
    expect(total(whole.perCpu, ({ idle }) => idle)).toBeGreaterThan(0);
    expect(total(whole.perCpu, ({ samples }) => samples)).toBeGreaterThan(0);
    expect((await close(replaceOnce(source, counter, ';'))).closed).toBe(false);
  });
});

function replaceOnce(text: string, part: string, by: string): string {
  expect(text.split(part)).toHaveLength(2);
  return text.replace(part, by);
}
