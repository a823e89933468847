// Processes that are gone before their samples are looked at. Needs root and BPF; not skipped in CI.
import { copyFileSync, existsSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { StackTable } from '../../src/model/stack-table.ts';
import { Programs, sleep, until } from '../support/programs.ts';
import { Sampling } from '../support/sampling.ts';

const programs = new Programs();
let program: string;
let sampling: Sampling;

beforeAll(() => {
  program = programs.compile('short-lived');
});
beforeEach(async () => {
  sampling = await Sampling.start({ rateHz: 499 });
});
afterEach(async () => {
  await programs.stopAll();
  await sampling.close();
});
afterAll(() => programs.remove());

/** Samples of a table, and those of them with a frame that passes. */
function share(table: StackTable, passes: (location: number) => boolean): { all: number; passing: number } {
  const sums = { all: 0, passing: 0 };
  table.count.forEach((count, i) => {
    const stack = table.stackLocations.subarray(table.offsets[i], table.offsets[i + 1]);
    sums.all += count;
    if (stack.some(passes)) sums.passing += count;
  });
  return sums;
}

const isNamed = (table: StackTable, name: string) => (location: number) =>
  table.locationFrames[location]!.some((frame) => frame.name === name);

/**
 * Runs the commands one after the other from a shell, whose forks are cheap: what a process does before its exec is
 * the work of the program that forked.
 */
async function runAll(commands: readonly string[]): Promise<Set<string>> {
  const script = commands.map((command) => `${command} & echo $!; wait $! || exit 1`).join('\n');
  const { code, stdout } = await programs.start('/bin/sh', ['-c', script]).ended;
  expect(code).toBe(0);
  return new Set(stdout.trim().split('\n'));
}

const milliseconds = (i: number): number => 20 + (i % 4) * 10;

/** Samples of these processes by a label's value. */
async function samplesOf(pids: Set<string>, label: 'comm' | 'exe'): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  for (const pid of pids) {
    const table = await sampling.stacks({ pid }, label);
    table.group!.forEach((value, i) => counts.set(value, (counts.get(value) ?? 0) + table.count[i]!));
  }
  return counts;
}

describe('fifty programs of 20 to 50 ms each', () => {
  it('keep their name, their executable and the name of their function after all of them have exited', async () => {
    const pids = await runAll(Array.from({ length: 50 }, (_, i) => `${program} ${milliseconds(i)}`));
    await sampling.flush();
    expect(sampling.conservation().closed).toBe(true);

    const comms = await samplesOf(pids, 'comm');
    const exes = await samplesOf(pids, 'exe');
    const all = [...comms.values()].reduce((a, b) => a + b);
    const table = await sampling.stacks({ exe: program });
    const named = share(table, isNamed(table, 'lives_briefly'));
    console.log(
      `of ${all} samples ${percent(comms.get('short-lived')! / all)} have the comm, ` +
        `${percent(exes.get(program)! / all)} the executable, ${percent(named.passing / all)} the function`,
    );
    expect(all).toBeGreaterThan(400); // 50 x 35 ms at 499 Hz make 873
    expect(comms.get('short-lived')! / all).toBeGreaterThanOrEqual(0.95);
    expect(exes.get(program)! / all).toBeGreaterThanOrEqual(0.95);
    expect(named.passing / all).toBeGreaterThanOrEqual(0.95);
    expect(table.objects.find(({ path }) => path === program)?.buildId).toMatch(/^[0-9a-f]{40}$/);
  });

  it('keep all that when each deletes its own file at once', async () => {
    const names = Array.from({ length: 50 }, (_, i) => join(programs.path, `gone-${i}`));
    for (const name of names) copyFileSync(program, name);
    const pids = await runAll(names.map((name, i) => `${name} ${milliseconds(i)} unlink`));
    await sampling.flush();
    expect(names.filter((name) => existsSync(name))).toEqual([]);

    const exes = await samplesOf(pids, 'exe');
    const all = [...exes.values()].reduce((a, b) => a + b);
    const attributed = names.reduce((sum, name) => sum + (exes.get(name) ?? 0), 0);
    let named = 0;
    let inObject = 0;
    for (const pid of pids) {
      const table = await sampling.stacks({ pid });
      named += share(table, isNamed(table, 'lives_briefly')).passing;
      inObject += share(table, (location) => {
        const object = table.objects[table.locationObject[location]!]!;
        return object.path.startsWith(join(programs.path, 'gone-'));
      }).passing;
    }
    console.log(
      `deleted at once: of ${all} samples ${percent(attributed / all)} have the executable, ` +
        `${percent(inObject / all)} the file, ${percent(named / all)} the function`,
    );
    expect(attributed / all).toBeGreaterThanOrEqual(0.95);
    expect(inObject / all).toBeGreaterThanOrEqual(0.95);
    // Those whose file was opened in their tens of ms: each has a file of its own, and no other leads to it.
    expect(named / all).toBeGreaterThanOrEqual(0.4);
  });
});

describe('a program whose file is deleted while it runs', () => {
  it('has the name of its function after it has exited', async () => {
    const file = programs.compile('short-lived', 'deleted-soon');
    const running = programs.start(file, [1500]);
    await until('the exec', 5000, () => running.alive);
    await sleep(20);
    unlinkSync(file);
    expect(await running.ended).toMatchObject({ code: 0 });
    await sampling.flush();
    const table = await sampling.stacks({ comm: 'deleted-soon' });
    const named = share(table, isNamed(table, 'lives_briefly'));
    expect(named.all).toBeGreaterThan(300);
    expect(named.passing / named.all).toBeGreaterThanOrEqual(0.95);
  });
});

const percent = (part: number): string => `${(100 * part).toFixed(1)} %`;
