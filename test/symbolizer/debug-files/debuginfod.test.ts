import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync, utimesSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { FdSource } from '../../../src/binary/byte-source.ts';
import { ElfFile } from '../../../src/binary/elf/elf-file.ts';
import { Debuginfod, type DebuginfodOptions } from '../../../src/symbolizer/debug-files/debuginfod.ts';
import { HostileServer } from '../../support/hostile-server.ts';
import { fileBytes, FixtureFolder, run, withFd } from '../../support/symbolizer-fixtures.ts';

const folder = new FixtureFolder();
let debugFile: Uint8Array;
let buildId: string;
let caches = 0;
const servers: HostileServer[] = [];

beforeAll(() => {
  const program = folder.gcc('program', 'int main(void) { return 0; }', ['-g', '-Wl,--build-id']);
  run('objcopy', ['--only-keep-debug', program, `${program}.debug`]);
  debugFile = fileBytes(`${program}.debug`);
  buildId = withFd(program, (fd) => new ElfFile(new FdSource(fd)).buildId());
});
afterEach(async () => {
  for (const server of servers.splice(0)) await server.stop();
});
afterAll(() => folder.remove());

async function serve(answer: RequestListener): Promise<HostileServer> {
  const server = await HostileServer.start(answer);
  servers.push(server);
  return server;
}

function cacheDirectory(): string {
  return join(folder.path, `cache-${++caches}`);
}

function client(server: HostileServer[], options: Partial<DebuginfodOptions> = {}): Debuginfod {
  return new Debuginfod({
    servers: server.map(({ url }) => url),
    cacheDirectory: cacheDirectory(),
    timeoutMs: 3000,
    idleTimeoutMs: 1000,
    ...options,
  });
}

const sendsFile: RequestListener = (_, response) => response.end(debugFile);
const notThere: RequestListener = (_, response) => response.writeHead(404).end('not found');

function filesIn(directory: string): string[] {
  return readdirSync(directory).sort();
}

describe('Debuginfod', () => {
  it('asks no one where the user named no server', async () => {
    expect(await client([]).find(buildId)).toMatchObject({ ok: false, reason: 'no-servers' });
  });

  it('asks for nothing but hex digits', async () => {
    const server = await serve(sendsFile);
    for (const wrong of [
      '',
      '../../etc/passwd',
      `${buildId}/../x`,
      buildId.toUpperCase(),
      'abc',
      `${buildId}0`,
    ]) {
      expect(await client([server]).find(wrong)).toMatchObject({ ok: false, reason: 'no-build-id' });
    }
    expect(server.asked).toEqual([]);
  });

  it('downloads once for all that ask at the same time, and answers from the disk afterwards', async () => {
    const server = await serve(sendsFile);
    const directory = cacheDirectory();
    const first = client([server], { cacheDirectory: directory });
    const results = await Promise.all([first.find(buildId), first.find(buildId), first.find(buildId)]);
    const path = join(directory, `${buildId}.debug`);
    expect(results).toEqual([1, 2, 3].map(() => ({ ok: true, path })));
    expect(readFileSync(path).equals(debugFile)).toBe(true);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(first.cachedBytes).toBe(debugFile.length);
    expect(await first.find(buildId)).toEqual({ ok: true, path });
    expect(await client([server], { cacheDirectory: directory }).find(buildId)).toEqual({ ok: true, path });
    expect(server.asked).toEqual([`/buildid/${buildId}/debuginfo`]);
    expect(filesIn(directory)).toEqual([`${buildId}.debug`]);
  });

  it('asks one server after the other, below the path that was named', async () => {
    const empty = await serve(notThere);
    const full = await serve(sendsFile);
    const debuginfod = new Debuginfod({
      servers: [empty.url, new URL('mirror/', full.url)],
      cacheDirectory: cacheDirectory(),
    });
    expect(await debuginfod.find(buildId)).toMatchObject({ ok: true });
    expect(empty.asked.length).toBe(1);
    expect(full.asked).toEqual([`/mirror/buildid/${buildId}/debuginfo`]);
  });

  it('remembers on disk that no server has a file, for the time that was set', async () => {
    const server = await serve(notThere);
    const directory = cacheDirectory();
    const make = (): Debuginfod => client([server], { cacheDirectory: directory, missTtlMs: 60_000 });
    for (const debuginfod of [make(), make()]) {
      expect(await debuginfod.find(buildId)).toMatchObject({ ok: false, reason: 'not-there' });
      expect(await debuginfod.find(buildId)).toMatchObject({ ok: false, reason: 'not-there' });
    }
    expect(server.asked.length).toBe(1);
    const longAgo = new Date(Date.now() - 61_000);
    utimesSync(join(directory, `${buildId}.none`), longAgo, longAgo);
    await make().find(buildId);
    expect(server.asked.length).toBe(2);
  });

  it('does not take a failure for an answer: it asks again after a while', async () => {
    const server = await serve((_, response) => response.writeHead(503).end());
    const debuginfod = client([server], { retryAfterMs: 50 });
    expect(await debuginfod.find(buildId)).toMatchObject({ ok: false, reason: 'bad-answer' });
    expect(await debuginfod.find(buildId)).toMatchObject({ ok: false, reason: 'bad-answer' });
    expect(server.asked.length).toBe(1);
    await new Promise((resolve) => setTimeout(resolve, 60));
    await debuginfod.find(buildId);
    expect(server.asked.length).toBe(2);
  });

  it('keeps what was used last within its budget', async () => {
    const server = await serve((request, response) => {
      const id = /buildid\/([0-9a-f]+)/.exec(request.url ?? '')![1]!;
      response.end(withBuildId(id));
    });
    const directory = cacheDirectory();
    const debuginfod = client([server], {
      cacheDirectory: directory,
      maxCacheBytes: Math.floor(debugFile.length * 2.5),
    });
    const ids = ['a', 'b', 'c'].map((name) => createHash('sha1').update(name).digest('hex'));
    for (const id of [ids[0]!, ids[1]!, ids[0]!, ids[2]!]) {
      expect(await debuginfod.find(id)).toMatchObject({ ok: true });
    }
    expect(filesIn(directory)).toEqual([`${ids[0]}.debug`, `${ids[2]}.debug`].sort());
    expect(debuginfod.cachedBytes).toBe(2 * debugFile.length);
  });
});

/** The debug file with another build id of the same length. */
function withBuildId(id: string): Buffer {
  const bytes = Buffer.from(debugFile);
  Buffer.from(id, 'hex').copy(bytes, bytes.indexOf(Buffer.from(buildId, 'hex')));
  return bytes;
}

describe('Debuginfod and servers that are hostile', () => {
  const hostile = async (
    answer: RequestListener,
    options: Partial<DebuginfodOptions> = {},
  ): Promise<{ reason: string; asked: number }> => {
    const server = await serve(answer);
    const directory = cacheDirectory();
    const result = await client([server], { cacheDirectory: directory, ...options }).find(buildId);
    // Nothing half-done stays behind.
    expect(filesIn(directory).filter((name) => !name.endsWith('.none'))).toEqual([]);
    return { reason: result.ok ? 'ok' : result.reason, asked: server.asked.length };
  };

  it('refuses the file of another build, and what is no ELF file', async () => {
    const other = createHash('sha1').update('other').digest('hex');
    expect((await hostile((_, response) => response.end(withBuildId(other)))).reason).toBe('other-build-id');
    expect((await hostile((_, response) => response.end('<html>'))).reason).toBe('not-elf');
    expect((await hostile((_, response) => response.end())).reason).toBe('not-elf');
  });

  it('refuses a file without debug information', async () => {
    const program = fileBytes(
      folder.gcc('bare', 'int main(void) { return 0; }', ['-s', '-Wl,--build-id=0x' + buildId]),
    );
    expect((await hostile((_, response) => response.end(program))).reason).toBe('no-debug-info');
  });

  it('stops reading at the largest size, declared or not', async () => {
    const endless: RequestListener = (_, response) => {
      const more = (): void => {
        while (!response.destroyed && response.write(Buffer.alloc(65_536))) continue;
      };
      response.on('drain', more);
      more();
    };
    expect((await hostile(endless, { maxBytes: 1 << 20 })).reason).toBe('too-large');
    const boasting: RequestListener = (_, response) => {
      response.writeHead(200, { 'content-length': String(2 ** 40) });
      response.flushHeaders();
    };
    expect((await hostile(boasting, { maxBytes: 1 << 20 })).reason).toBe('too-large');
  });

  it('gives up on silence, and on one byte at a time', async () => {
    const silent: RequestListener = () => undefined;
    expect((await hostile(silent, { idleTimeoutMs: 100 })).reason).toBe('too-slow');
    const dripping: RequestListener = (_, response) => {
      const timer = setInterval(() => response.write('x'), 20);
      response.on('close', () => clearInterval(timer));
    };
    const began = Date.now();
    expect((await hostile(dripping, { idleTimeoutMs: 1000, timeoutMs: 300 })).reason).toBe('too-slow');
    expect(Date.now() - began).toBeLessThan(2000);
  });

  it('follows redirects, but neither in a circle nor to anything but HTTP', async () => {
    const file = await serve(sendsFile);
    const to = (location: string): RequestListener => {
      return (_, response) => response.writeHead(302, { location }).end();
    };
    expect(await client([await serve(to(file.url.href))]).find(buildId)).toMatchObject({ ok: true });
    expect(await hostile(to('/again'))).toEqual({ reason: 'too-many-redirects', asked: 4 });
    expect((await hostile(to('file:///etc/passwd'))).reason).toBe('bad-answer');
    expect((await hostile(to('http://['))).reason).toBe('bad-answer');
  });

  it('refuses a body that breaks off, and a server that is not there', async () => {
    const breaking: RequestListener = (_, response) => {
      response.writeHead(200, { 'content-length': String(debugFile.length) });
      response.write(debugFile.subarray(0, 100), () => response.destroy());
    };
    expect((await hostile(breaking)).reason).toBe('unreachable');
    const gone = await serve(sendsFile);
    await gone.stop();
    expect(await client([gone]).find(buildId)).toMatchObject({ ok: false, reason: 'unreachable' });
  });

  it('says so where its folder cannot be written', async () => {
    const server = await serve(sendsFile);
    const blocked = folder.write('a-file', '');
    const result = await client([server], { cacheDirectory: join(blocked, 'below') }).find(buildId);
    expect(result).toMatchObject({ ok: false, reason: 'disk' });
  });
});
