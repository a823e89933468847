// Against elfutils' own server, which indexes a folder of debug files.
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { FdSource } from '../../../src/binary/byte-source.ts';
import { ElfFile } from '../../../src/binary/elf/elf-file.ts';
import { Debuginfod } from '../../../src/symbolizer/debug-files/debuginfod.ts';
import { parseServers } from '../../../src/symbolizer/debug-files/debuginfod-servers.ts';
import { FixtureFolder, run, withFd } from '../../support/symbolizer-fixtures.ts';

const folder = new FixtureFolder();
const served = join(folder.path, 'served');
let buildId: string;
let server: ChildProcess | undefined;
let url: string;

beforeAll(async () => {
  mkdirSync(served);
  const program = folder.gcc('program', 'int main(void) { return 0; }', ['-g', '-Wl,--build-id']);
  run('objcopy', ['--only-keep-debug', program, join(served, 'program.debug')]);
  buildId = withFd(program, (fd) => new ElfFile(new FdSource(fd)).buildId());
  const port = await freePort();
  url = `http://127.0.0.1:${port}/`;
  const args = ['-F', '-p', String(port), '-d', join(folder.path, 'index.sqlite'), '-t', '1', served];
  server = spawn('debuginfod', args, { stdio: 'ignore', env: { ...process.env, DEBUGINFOD_URLS: '' } });
});
afterAll(() => {
  server?.kill();
  folder.remove();
});

/** The server listens on every address and cannot choose a port by itself. */
async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

it('gets a debug file from it, and learns what it does not have', async () => {
  const { servers } = parseServers(url);
  const debuginfod = new Debuginfod({
    servers,
    cacheDirectory: join(folder.path, 'cache'),
    missTtlMs: 0,
    retryAfterMs: 0,
  });
  const deadline = Date.now() + 20_000;
  let result = await debuginfod.find(buildId);
  // It starts, then reads the folder.
  while (!result.ok && Date.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 200));
    result = await debuginfod.find(buildId);
  }
  expect(result).toMatchObject({ ok: true });
  if (!result.ok) return;
  expect(readFileSync(result.path).equals(readFileSync(join(served, 'program.debug')))).toBe(true);
  const other = 'ab'.repeat(20);
  expect(await debuginfod.find(other)).toMatchObject({ ok: false, reason: 'not-there' });
});
