// Filters that the BPF program decides. Needs root and BPF; not skipped in CI.
import { mkdirSync, rmdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { chooseCgroupV1, readCgroupMounts } from '../../src/collector/cgroup-mounts.ts';
import type { SampleFilters } from '../../src/collector/kernel-sampler.ts';
import { Programs, until } from '../support/programs.ts';
import { Sampling, total } from '../support/sampling.ts';

const programs = new Programs();
let wanted: string;
let other: string;
let sampling: Sampling | undefined;

beforeAll(() => {
  wanted = programs.compile('busy', 'busy-wanted');
  other = programs.compile('busy', 'busy-other');
});
afterEach(async () => {
  await programs.stopAll();
  await sampling?.close();
});
afterAll(() => programs.remove());

/** Samples by pid of all that a filter lets through while both programs run, the account closed. */
async function sampledPids(filters: SampleFilters): Promise<Map<string, number>> {
  sampling = await Sampling.start({ rateHz: 199, filters });
  const enough = (): boolean =>
    total(sampling!.conservation().perCpu, (cpu) => cpu.pending + cpu.samples) > 50;
  await until('samples of the program wanted', 20_000, enough);
  await sampling.flush();
  const { closed, perCpu } = sampling.conservation();
  expect(closed).toBe(true);
  expect(total(perCpu, ({ losses }) => losses['filtered']!)).toBeGreaterThan(0);
  return sampling.countsBy('pid');
}

describe('a filter in the kernel', () => {
  it('lets one process through by its pid', async () => {
    const { pid } = programs.start(wanted, [-1, 50]);
    programs.start(other, [-1, 50]);
    expect([...(await sampledPids({ pid })).keys()]).toEqual([String(pid)]);
  });

  it('lets processes through by the whole name of their thread, not by its beginning', async () => {
    const pids = [programs.start(wanted, [-1, 50]).pid, programs.start(wanted, [-1, 50]).pid];
    programs.start(other, [-1, 50]);
    programs.start(programs.compile('busy', 'busy-wanted2'), [-1, 50]);
    const sampled = await sampledPids({ comm: 'busy-wanted' });
    expect([...sampled.keys()].sort()).toEqual(pids.map(String).sort());
  });

  it('refuses a name that no thread can have', async () => {
    await expect(Sampling.start({ filters: { comm: 'sixteen bytes, it' } })).rejects.toThrow(
      /at most 15 bytes/,
    );
  });

  it('wants all filters to match at once', async () => {
    const { pid } = programs.start(wanted, [-1, 50]);
    programs.start(wanted, [-1, 50]);
    expect([...(await sampledPids({ comm: 'busy-wanted', pid })).keys()]).toEqual([String(pid)]);
  });
});

const hierarchies = [
  { version: 2 as const, mount: readCgroupMounts().v2 },
  { version: 1 as const, mount: chooseCgroupV1()?.mount ?? null },
].flatMap(({ version, mount }) => (mount === null ? [] : [{ version, mount }]));

describe('a filter on a cgroup', () => {
  it('has a hierarchy to be tried on', () => {
    expect(hierarchies).not.toEqual([]);
  });

  // A host has v2, v1 or both: each that is mounted is tried.
  it.each(hierarchies)(
    'lets the processes of a v$version cgroup through, and knows its path',
    async ({ version, mount }) => {
      const name = `pilotlight-test-${process.pid}`;
      const directory = join(mount, name);
      mkdirSync(directory);
      try {
        const { pid } = programs.start(wanted, [-1, 50]);
        programs.start(other, [-1, 50]);
        writeFileSync(join(directory, 'cgroup.procs'), String(pid));
        const id = statSync(directory, { bigint: true }).ino;
        expect([...(await sampledPids({ cgroup: id })).keys()]).toEqual([String(pid)]);
        expect(await sampling!.host.cgroupPath(version, id)).toBe(`/${name}`);
      } finally {
        await programs.stopAll();
        rmdirSync(directory);
      }
    },
  );
});
