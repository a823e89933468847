import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { addConnectionOptions, connect, withClient } from '../../src/cli/connection.ts';
import type { LocalApp } from '../../src/cli/profile-client.ts';

class App implements LocalApp {
  closed = false;
  request(): Promise<Response> {
    return Promise.resolve(new Response());
  }
  close(): Promise<void> {
    this.closed = true;
    return Promise.resolve();
  }
}

/** Where the client of such a command line asks: `config` stands for the file's settings. */
async function sourceOf(args: string[], config: Record<string, string> = {}): Promise<string> {
  const command = addConnectionOptions(new Command('top')).exitOverride();
  command.parse(args, { from: 'user' });
  for (const [name, value] of Object.entries(config)) {
    if (['default', undefined].includes(command.getOptionValueSource(name))) {
      command.setOptionValueWithSource(name, value, 'config');
    }
  }
  return (await connect(command, () => Promise.resolve(new App()))).source;
}

describe('connect', () => {
  it('asks the daemon of this host by default', async () => {
    expect(await sourceOf([])).toBe('http://127.0.0.1:4040');
  });

  it('asks the server or opens the directory that is named', async () => {
    expect(await sourceOf(['--server', '10.0.0.7:4040'])).toBe('http://10.0.0.7:4040');
    expect(await sourceOf(['--data-dir', '/data'])).toBe('/data');
  });

  it('takes what is nearer to the command line where both are named', async () => {
    expect(await sourceOf(['--server', 'h:1'], { dataDir: '/data' })).toBe('http://h:1');
    expect(await sourceOf(['--data-dir', '/data'], { server: 'http://h:1' })).toBe('/data');
    expect(await sourceOf([], { dataDir: '/data', server: 'http://h:1' })).toBe('http://h:1');
    expect(await sourceOf([], { dataDir: '/data' })).toBe('/data');
  });

  it('refuses both on one command line', async () => {
    await expect(sourceOf(['--server', 'h:1', '--data-dir', '/data'])).rejects.toMatchObject({
      exitCode: 2,
      message: expect.stringContaining('--server or from --data-dir') as string,
    });
  });
});

describe('withClient', () => {
  it('closes the client, however its work ends', async () => {
    const command = addConnectionOptions(new Command('top')).parse(['--data-dir', '/data'], { from: 'user' });
    for (const ends of [() => Promise.resolve(7), () => Promise.reject(new Error('broken'))]) {
      const app = new App();
      const work = withClient<number>(command, () => Promise.resolve(app), ends);
      await work.catch(() => undefined);
      expect(app.closed).toBe(true);
    }
  });
});
