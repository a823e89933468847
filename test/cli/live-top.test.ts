import { describe, expect, it } from 'vitest';
import { painter } from '../../src/cli/colours.ts';
import { CommandFailure } from '../../src/cli/failure.ts';
import { LiveTop } from '../../src/cli/live-top.ts';
import type { ProfileClient } from '../../src/cli/profile-client.ts';
import { TopSource } from '../../src/cli/top-source.ts';
import { fakeApp } from '../support/fake-service.ts';
import { fakeStore } from '../support/fake-store.ts';
import { until } from '../support/programs.ts';
import { WORKLOAD } from '../support/workload.ts';
import { FakeInput, FakeOutput } from './fake-terminal.ts';

const NOW = Date.UTC(2026, 0, 31, 14, 0, 0);

/** The app, which can be taken away. */
class Client implements ProfileClient {
  readonly source = 'test';
  asked: string[] = [];
  gone = false;
  readonly #app = fakeApp({ store: fakeStore({ text: WORKLOAD, timeMs: NOW - 6000 }), now: () => NOW });

  async request(path: string): Promise<Response> {
    if (this.gone) throw new CommandFailure('cannot reach test');
    if (path.startsWith('/api/v1/top')) this.asked.push(path);
    return this.#app.request(path);
  }
  send(): Promise<Response> {
    return Promise.reject(new Error('nothing is changed here'));
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

function start(intervalMs = 20) {
  const [client, output, input] = [new Client(), new FakeOutput(), new FakeInput()];
  const ended = LiveTop.run({
    ...{ source: new TopSource(client), intervalMs, output, input, paint: painter(false) },
    request: { windowMs: 10_000, sort: 'self', limit: undefined },
  });
  const shows = (what: string | RegExp) =>
    until(`the screen to show ${what}`, 20_000, () => output.screen.some((line) => line.search(what) >= 0));
  return { client, output, input, ended, shows };
}

const FOREVER_MS = 3_600_000;

describe('LiveTop', () => {
  it('draws, looks again and again, and gives the terminal back on q', async () => {
    const { client, output, input, ended, shows } = start();
    await shows(/escapeHtml/);
    await until('more looks', 20_000, () => client.asked.length > 3);
    input.type('q');
    await ended;
    expect(output.text.endsWith('\x1b[?25h\x1b[?1049l')).toBe(true);
    expect(input.raw).toBe(false);
  });

  it('ends on Ctrl-C, which a terminal in this mode sends as a key', async () => {
    const { input, ended, shows } = start(FOREVER_MS);
    await shows('build-7');
    input.type('\x03');
    await ended;
  });

  it('looks at once when the order changes, and keeps to it', async () => {
    const { client, input, ended, shows } = start(FOREVER_MS);
    await shows('sorted by self');
    input.type('s');
    await shows('sorted by total');
    await shows(/100\.0 %|_start/);
    expect(client.asked.at(-1)).toContain('sort=total');
    input.type('q');
    await ended;
  });

  it('stands still while it is paused', async () => {
    const { client, input, ended, shows } = start();
    await shows('escapeHtml');
    input.type(' ');
    await shows('PAUSED');
    const before = client.asked.length;
    await new Promise((resolve) => setTimeout(resolve, 150));
    expect(client.asked.length - before).toBeLessThanOrEqual(1); // one may have been under way
    input.type(' ');
    await until('looks again', 20_000, () => client.asked.length > before + 2);
    input.type('q');
    await ended;
  });

  it('fits a terminal that changes its size', async () => {
    const { client, output, input, ended, shows } = start(FOREVER_MS);
    await shows('escapeHtml');
    expect(client.asked[0]).toContain('limit=18');
    output.resize(60, 10);
    expect(output.screen.length).toBeLessThanOrEqual(10);
    expect(Math.max(...output.screen.map((line) => line.length))).toBeLessThanOrEqual(60);
    input.type('q');
    await ended;
  });

  it('says that the server is gone, keeps what it knows, and goes on when it is back', async () => {
    const { client, input, ended, shows } = start();
    await shows('escapeHtml');
    client.gone = true;
    await shows('cannot reach test');
    await shows('escapeHtml');
    client.gone = false;
    const before = client.asked.length;
    await until('looks again', 20_000, () => client.asked.length > before);
    input.type('q');
    await ended;
  });

  it('fails before it takes the terminal where the first look fails', async () => {
    const [client, output] = [new Client(), new FakeOutput()];
    client.gone = true;
    await expect(
      LiveTop.run({
        ...{
          source: new TopSource(client),
          intervalMs: 20,
          output,
          input: new FakeInput(),
          paint: painter(false),
        },
        request: { windowMs: 10_000, sort: 'self', limit: undefined },
      }),
    ).rejects.toThrow('cannot reach test');
    expect(output.text).toBe('');
  });
});
