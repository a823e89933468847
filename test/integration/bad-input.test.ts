// What the command line says when something is wrong: one line that tells what, why and what mends it, and a fitting
// exit code. Needs root and BPF (the daemon gets as far as it can); not skipped in CI.
import { execFileSync } from 'node:child_process';
import { createServer } from 'node:net';
import type { AddressInfo, Server } from 'node:net';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodePprof } from '../query/decode-pprof.ts';
import {
  asNobody,
  freePort,
  pilotlight,
  readableCommand,
  removeFolder,
  temporaryFolder,
} from '../support/daemon.ts';
import type { Ended } from '../support/programs.ts';
import { Running } from '../support/programs.ts';

const folder = temporaryFolder();
let occupied: Server;
let occupiedPort: number;
let free: string;
let readable: Awaited<ReturnType<typeof readableCommand>>;

beforeAll(async () => {
  occupied = createServer();
  await new Promise<void>((resolve) => occupied.listen(0, '127.0.0.1', resolve));
  occupiedPort = (occupied.address() as AddressInfo).port;
  free = `127.0.0.1:${await freePort()}`;
  readable = await readableCommand();
});
afterAll(() => {
  occupied.close();
  readable.remove();
  removeFolder(folder);
});

/** One line, on standard error, with the code. Output ends with its last holder, so nothing that was started is left. */
function expectRefused(ended: Ended, code: number, line: RegExp): void {
  expect(ended.stderr).toMatch(/^[^\n]+\n$/);
  expect(ended.stderr).toMatch(line);
  expect({ code: ended.code, signal: ended.signal, stdout: ended.stdout }).toEqual({
    code,
    signal: null,
    stdout: '',
  });
}

function unprivileged(...args: string[]): Promise<Ended> {
  const [wrapper, ...rest] = [...asNobody, process.execPath, readable.command, ...args];
  return new Running(wrapper!, rest).ended;
}

describe.each([
  ['serve', []],
  ['serve --no-sampler', ['--no-sampler']],
])('%s', (_, mode) => {
  const name = mode.length > 0 ? 'none' : 'sampler';

  it('refuses a port that another program listens on', async () => {
    const listen = `127.0.0.1:${occupiedPort}`;
    const ended = await pilotlight(
      'serve',
      ...mode,
      '--listen',
      listen,
      '--data-dir',
      join(folder, `busy-${name}`),
    );
    expectRefused(
      ended,
      1,
      new RegExp(
        `^pilotlight: cannot listen on ${listen}: address in use \\(EADDRINUSE\\); .*--listen$`,
        'm',
      ),
    );
  });

  it('refuses a data directory that cannot be one', async () => {
    const file = join(folder, `file-${name}`);
    writeFileSync(file, 'not a directory');
    const ended = await pilotlight('serve', ...mode, '--listen', free, '--data-dir', join(file, 'data'));
    expectRefused(ended, 1, /^pilotlight: the data directory .*ENOTDIR.*; make it writable .* --data-dir$/m);
    expect(readFileSync(file, 'utf8')).toBe('not a directory');
  });

  it('refuses a data directory of a newer version and touches nothing in it', async () => {
    const dataDir = join(folder, `newer-${name}`);
    mkdirSync(dataDir);
    writeFileSync(join(dataDir, 'VERSION'), '999\n');
    writeFileSync(join(dataDir, 'hot.duckdb'), 'of the future');
    execFileSync('chown', ['-R', 'pilotlight:', dataDir]); // as a daemon left it
    const ended = await pilotlight('serve', ...mode, '--listen', free, '--data-dir', dataDir);
    expectRefused(
      ended,
      1,
      /^pilotlight: .* holds data of format 999, this build knows formats up to \d+; .*$/m,
    );
    expect(readdirSync(dataDir).sort()).toEqual(['VERSION', 'hot.duckdb']);
    expect(readFileSync(join(dataDir, 'hot.duckdb'), 'utf8')).toBe('of the future');
  });

  it('refuses to show profiles to the network unasked', async () => {
    const dataDir = join(folder, `open-${name}`);
    const ended = await pilotlight('serve', ...mode, '--listen', '0.0.0.0:4040', '--data-dir', dataDir);
    expectRefused(
      ended,
      1,
      /^pilotlight: listening on 0\.0\.0\.0:4040 would show .*; use 127\.0\.0\.1, .*--insecure/m,
    );
    expect(existsSync(dataDir)).toBe(false);
  });
});

describe('without privilege', () => {
  it('serve says what is missing, why and what mends it', async () => {
    const ended = await unprivileged('serve', '--listen', free, '--data-dir', join(folder, 'unprivileged'));
    expectRefused(
      ended,
      1,
      /^pilotlight: the kernel does not take the BPF program: .*capabilities.*; .*root.*$/m,
    );
  });

  it('record says the same, and runs no command', async () => {
    const ended = await unprivileged('record', '--', 'echo', 'ran');
    expectRefused(
      ended,
      1,
      /^pilotlight: the kernel does not take the BPF program: .*capabilities.*; .*root.*$/m,
    );
  });

  it('serve --no-sampler says which data directory it may not use', async () => {
    const closed = join(folder, 'closed');
    mkdirSync(closed);
    chmodSync(closed, 0o700);
    const ended = await unprivileged('serve', '--no-sampler', '--listen', free, '--data-dir', closed);
    expectRefused(
      ended,
      1,
      /^pilotlight: the data directory .*EACCES.*; make it writable for this user or .*$/m,
    );
  });

  it('doctor names what is missing with the command that mends it, and fails', async () => {
    const { code, stdout } = await unprivileged('doctor');
    expect(code).toBe(1);
    expect(stdout).toMatch(/capabilities/);
    expect(stdout).toMatch(/sudo /);
  });
});

describe('what cannot be understood', () => {
  it.each([
    [['serve', '--frobnicate'], /unknown option '--frobnicate'/],
    [['frobnicate'], /unknown command 'frobnicate'/],
    [['serve', 'extra'], /too many arguments for 'serve'/],
    [['serve', '--rate', '0'], /'--rate <hz>' argument '0' is invalid\. It is a number from 1 to 1000/],
    [['serve', '--rate', '1e3'], /argument '1e3' is invalid/],
    [['serve', '--listen', 'nonsense'], /argument 'nonsense' is invalid\. It has the form address:port/],
    [['serve', '--listen', '127.0.0.1:65536'], /argument '127\.0\.0\.1:65536' is invalid/],
    [['serve', '--memory-limit', 'lots'], /argument 'lots' is invalid\. It is a size such as 256MB/],
    [['serve', '--data-dir'], /option '--data-dir <dir>' argument missing/],
    [['record', '-d', 'soon'], /argument 'soon' is invalid\. It is a duration such as 10s/],
    [['record', '-F', 'x'], /argument 'x' is invalid/],
    [['record', '-p', '-1'], /argument '-1' is invalid\. It is the id of a process/],
    [['record', '--format', 'gif'], /argument 'gif' is invalid\. Allowed choices are pprof, folded/],
  ])('pilotlight %j is a usage error', async (args, message) => {
    const { code, stdout, stderr } = await pilotlight(...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/^error: [^\n]+\n\(--help shows what there is\)\n$/);
    expect(stderr).toMatch(message);
  });

  it('shows help with an example when it is asked for, and ends well', async () => {
    for (const command of ['serve', 'record', 'doctor']) {
      const { code, stdout, stderr } = await pilotlight(command, '--help');
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(stdout).toMatch(/\nExamples?:\n {2}sudo pilotlight/);
    }
  });
});

describe('record', () => {
  it('ends with 127 when there is no such command', async () => {
    const ended = await pilotlight('record', '--', '/nonexistent/command');
    expectRefused(ended, 127, /^pilotlight: cannot run \/nonexistent\/command: .*ENOENT$/m);
  });

  it.each([
    ['exit 0', 0],
    ['exit 7', 7],
    ['exit 127', 127],
    ['kill -TERM $$', 143],
    ['kill -KILL $$', 137],
  ])('passes on how `%s` ended', async (script, code) => {
    expect((await pilotlight('record', '--', 'sh', '-c', script)).code).toBe(code);
  });

  it('says before it records that the output cannot be written', async () => {
    const output = join(folder, 'no-such-folder', 'cpu.pb.gz');
    const ended = await pilotlight('record', '-o', output, '--', 'echo', 'ran');
    expectRefused(ended, 1, /^pilotlight: cannot write .*ENOENT.*; give another --output$/m);
  });

  it('refuses a process that is not there', async () => {
    expectRefused(
      await pilotlight('record', '-d', '1s', '-p', '2147483647'),
      1,
      /^pilotlight: there is no process 2147483647$/m,
    );
  });

  it('writes a profile that is whole and empty when nothing ran, and says so', async () => {
    const output = join(folder, 'empty.pb.gz');
    const { code, stderr } = await pilotlight('record', '-o', output, '--', 'true');
    expect(code).toBe(0);
    const { samples } = decodePprof(readFileSync(output));
    expect(stderr).toMatch(samples.length === 0 ? /^pilotlight: no samples: /m : /^pilotlight: wrote /m);
  });
});
