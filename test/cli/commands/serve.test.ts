// Who may ask, as the options of `serve` say it.
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { ServeFlags } from '../../../src/cli/commands/serve.ts';
import { serveCommand } from '../../../src/cli/commands/serve.ts';

let told = '';
const stderr = vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
  told += String(text);
  return true;
});
afterEach(() => {
  told = '';
  stderr.mockClear();
});

async function flagsOf(...args: string[]): Promise<ServeFlags> {
  let flags: ServeFlags | undefined;
  const command = serveCommand((given) => Promise.resolve(void (flags = given))).exitOverride();
  await command.parseAsync(args, { from: 'user' });
  return flags!;
}

const BEYOND = ['--listen', '0.0.0.0:4040'];

describe('serve', () => {
  it('asks nobody for a token on loopback unless it is told to', async () => {
    expect(await flagsOf()).toMatchObject({ insecure: false, allowHost: [] });
    expect((await flagsOf()).tokenFile).toBeUndefined();
    expect((await flagsOf('--token-file', 'f')).tokenFile).toBe('f');
    expect(told).toBe('');
  });

  it('listens beyond loopback with tokens, and cautions where they are not encrypted', async () => {
    const tls = ['--tls-cert', 'c.pem', '--tls-key', 'k.pem'];
    expect(await flagsOf(...BEYOND, '--token-file', 'f', ...tls)).toMatchObject({
      tlsCert: 'c.pem',
      tlsKey: 'k.pem',
    });
    expect(told).toBe('');
    await flagsOf(...BEYOND, '--token-file', 'f');
    expect(told).toMatch(/^pilotlight: caution: tokens cross the network unencrypted/);
  });

  it('refuses to be open by oversight', async () => {
    await expect(flagsOf(...BEYOND)).rejects.toMatchObject({ exitCode: 1 });
    await expect(flagsOf(...BEYOND, '--tls-cert', 'c', '--tls-key', 'k')).rejects.toThrow(/--token-file/);
    await flagsOf(...BEYOND, '--insecure');
    expect(told).toMatch(/caution: everybody who reaches 0\.0\.0\.0:4040/);
  });

  it.each([
    [['--tls-cert', 'c'], /--tls-cert and --tls-key belong together/],
    [['--tls-key', 'k'], /--tls-cert and --tls-key belong together/],
    [['--insecure', '--token-file', 'f'], /give one of them/],
  ])('refuses %j as a contradiction', async (args, message) => {
    await expect(flagsOf(...args)).rejects.toMatchObject({
      exitCode: 2,
      message: expect.stringMatching(message) as string,
    });
  });

  it('takes the names that it is asked by', async () => {
    expect((await flagsOf('--allow-host', 'a.internal, b:8443,[2001:db8::1]:1')).allowHost).toEqual([
      ...['a.internal', 'b:8443', '[2001:db8::1]:1'],
    ]);
    await expect(flagsOf('--allow-host', 'http://a')).rejects.toThrow(
      /list of names such as profiler\.internal/,
    );
  });
});
