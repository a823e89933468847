// `record` on real commands: what is in the profile and what is not, signals, exit codes. Needs root and BPF; not
// skipped in CI.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { COMMAND, pilotlight, removeFolder, temporaryFolder } from '../support/daemon.ts';
import { Programs, until } from '../support/programs.ts';
import { closeTerminals, onTerminal, type } from '../support/pseudo-terminal.ts';

const RATE_HZ = 499;
const folder = temporaryFolder();
const programs = new Programs();
let family: string;
let bystander: string;

beforeAll(() => {
  family = programs.compile('family');
  bystander = programs.compile('busy', 'bystander');
});
afterEach(() => programs.stopAll());
afterAll(async () => {
  await closeTerminals();
  programs.remove();
  removeFolder(folder);
});

interface Stack {
  frames: string[];
  count: number;
}

function readFolded(path: string): Stack[] {
  const lines = readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '');
  return lines.map((line) => {
    const space = line.lastIndexOf(' ');
    return { frames: line.slice(0, space).split(';'), count: Number(line.slice(space + 1)) };
  });
}

const sum = (stacks: readonly Stack[]): number => stacks.reduce((all, { count }) => all + count, 0);
const within = (stacks: readonly Stack[], name: string): number =>
  sum(stacks.filter(({ frames }) => frames.includes(name)));

describe('record -- COMMAND', () => {
  const SECONDS = 0.6;
  let stacks: Stack[];

  beforeAll(async () => {
    for (let i = 0; i < 2; i++) programs.start(bystander, [-1, 50]);
    const output = join(folder, 'family.folded');
    const ended = await pilotlight(
      'record',
      '-F',
      String(RATE_HZ),
      '-o',
      output,
      '--',
      family,
      String(SECONDS),
    );
    expect(ended).toMatchObject({ code: 0, stdout: '' });
    stacks = readFolded(output);
  });

  it.each([
    ['children that live for a few milliseconds', 'short_child'],
    ['a daemon whose parent has ended', 'orphaned_daemon'],
    ['what the command became by exec', 'after_exec'],
  ])('has %s, all of their samples', (_, name) => {
    const share = within(stacks, name) / (SECONDS * RATE_HZ);
    console.log(`${name}: ${(share * 100).toFixed(0)} % of the samples that its CPU time is worth`);
    // What a busy host does between two ticks, and what is spent outside of the function, is within a tenth.
    expect(share).toBeGreaterThan(0.85);
    expect(share).toBeLessThan(1.1);
  });

  it('has nothing of other processes, however busy', () => {
    expect(within(stacks, 'busy_loop')).toBe(0);
    // Forking and starting fifty children is all there is besides.
    expect(sum(stacks)).toBeLessThan(3 * SECONDS * RATE_HZ * 1.25);
  });
});

describe('record without a command', () => {
  it('records one process only, until it ends', async () => {
    const wanted = programs.start(programs.compile('split'), [8]);
    programs.start(bystander, [-1, 50]);
    const output = join(folder, 'pid.folded');
    const begunMs = Date.now();
    const ended = await pilotlight(
      'record',
      '-F',
      '499',
      '-d',
      '60s',
      '-p',
      String(wanted.pid),
      '-o',
      output,
    );
    expect(ended.code).toBe(0);
    expect(Date.now() - begunMs).toBeLessThan(28_000);
    const stacks = readFolded(output);
    expect(within(stacks, 'leaf_seventy')).toBeGreaterThan(50);
    expect(within(stacks, 'busy_loop')).toBe(0);
  });

  it('prints the top functions, as a table or as JSON', async () => {
    programs.start(bystander, [-1, 50]);
    const table = await pilotlight('record', '-d', '1s');
    expect(table).toMatchObject({ code: 0, stderr: '' });
    expect(table.stdout).toMatch(/^ {4}self {3}total {2}function \([\d,]+ samples\)\n/);
    const { stdout } = await pilotlight('record', '-d', '1s', '--json');
    const { functions, fromMs, untilMs } = JSON.parse(stdout) as {
      functions: object[];
      fromMs: number;
      untilMs: number;
    };
    expect(functions).toContainEqual(expect.objectContaining({ name: 'busy_loop', object: bystander }));
    expect(untilMs - fromMs).toBeGreaterThanOrEqual(1000);
  });

  it('takes the form from the name of the file', async () => {
    programs.start(bystander, [-1, 50]);
    for (const [name, content] of [
      ['host.html', /^<!doctype html>[^]*busy_loop/i],
      ['host.json', /^\{"\$schema":"https:\/\/www\.speedscope\.app[^]*"busy_loop"/],
    ] as const) {
      const output = join(folder, name);
      expect(await pilotlight('record', '-d', '1s', '-o', output)).toMatchObject({ code: 0 });
      expect(readFileSync(output, 'utf8')).toMatch(content);
    }
  });

  it('is ended by Ctrl-C, and shows how far it is meanwhile', async () => {
    programs.start(bystander, [-1, 50]);
    const running = onTerminal([process.execPath, COMMAND, 'record', '-d', '60s']);
    await until('progress with samples', 20_000, () =>
      /\rrecording, \d+ s of 60 s, [1-9][\d,]* samples/.test(running.stdout),
    );
    type(running, '\x03');
    const { code, stdout } = await running.ended;
    expect(code).toBe(0);
    expect(stdout).toMatch(/busy_loop/);
  });
});

describe('signals', () => {
  /** Says when it runs; what it does on SIGINT is up to the test. */
  const script = (onInterrupt: string) =>
    `trap '${onInterrupt}' INT; echo ready; i=0; while [ $i -lt 30000000 ]; do i=$((i + 1)); done`;

  it('of the terminal reach the command; the profile is written when it has ended', async () => {
    const output = join(folder, 'interrupted.folded');
    const running = onTerminal([
      ...[process.execPath, COMMAND, 'record', '-o', output, '--', 'sh', '-c', script('echo bye; exit 9')],
    ]);
    await until('the command', 20_000, () => running.stdout.includes('ready'));
    await new Promise((resolve) => setTimeout(resolve, 500));
    type(running, '\x03');
    const { code, stdout } = await running.ended;
    expect(code).toBe(9);
    expect(stdout.match(/bye/g)).toHaveLength(1);
    expect(stdout.indexOf('bye')).toBeLessThan(stdout.indexOf('pilotlight: wrote'));
    expect(sum(readFolded(output))).toBeGreaterThan(10);
  });

  it('that ask to end are handed on, and their exit code comes back', async () => {
    const output = join(folder, 'terminated.folded');
    const running = programs.start(process.execPath, [
      ...[COMMAND, 'record', '-o', output, '--', 'sh', '-c', 'echo ready; while :; do :; done'],
    ]);
    await until('the command', 20_000, () => running.stdout.includes('ready'));
    await new Promise((resolve) => setTimeout(resolve, 300));
    process.kill(running.pid, 'SIGTERM');
    expect((await running.ended).code).toBe(143);
    expect(sum(readFolded(output))).toBeGreaterThan(5);
  });

  it('do not leave it waiting for a command that ignores Ctrl-C: a second one ends the recording', async () => {
    const output = join(folder, 'ignored.folded');
    const running = onTerminal([
      ...[process.execPath, COMMAND, 'record', '-o', output, '--', 'sh', '-c', script('echo ignored')],
    ]);
    await until('the command', 20_000, () => running.stdout.includes('ready'));
    type(running, '\x03');
    await until('the first', 20_000, () => running.stdout.includes('ignored'));
    await new Promise((resolve) => setTimeout(resolve, 300));
    type(running, '\x03');
    expect((await running.ended).code).toBe(130);
    expect(sum(readFolded(output))).toBeGreaterThan(5);
  });
});

describe('usage', () => {
  it.each([
    [['-p', '1', '--', 'true'], /^error: --pid records a process that runs already; .*\n\(/],
    [['-d', '3s', '--', 'true'], /^error: --duration is for a recording without a command; .*\n\(/],
    [['--json', '-o', '-'], /^error: --json and --output - both write to standard output; .*\n\(/],
  ])('refuses %j', async (args, message) => {
    const { code, stdout, stderr } = await pilotlight('record', ...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(message);
  });

  it('ends with 126 where the command may not be run', async () => {
    const notRun = join(folder, 'not-executable');
    writeFileSync(notRun, '#!/bin/sh\n', { mode: 0o644 });
    expect(await pilotlight('record', '--', notRun)).toMatchObject({
      code: 126,
      stderr: expect.stringMatching(/^pilotlight: cannot run \S+not-executable: .*EACCES\n$/) as string,
    });
  });
});
