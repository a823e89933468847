import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openLocalApp } from '../../src/daemon/local-app.ts';
import { removeFolder, temporaryFolder } from '../support/daemon.ts';
import { compileStore, startChild } from '../store/child-store.ts';
import type { RecordedData } from '../support/recorded-data.ts';
import { recordedData } from '../support/recorded-data.ts';

const folder = temporaryFolder();
let data: RecordedData;
beforeAll(async () => {
  data = await recordedData();
  // Its own application would hold the directory in this process.
  await data.store.close();
});
afterAll(async () => {
  await data.close();
  removeFolder(folder);
});

describe('a data directory that no daemon holds', () => {
  it('answers as the server does, and is free afterwards', async () => {
    for (let turn = 0; turn < 2; turn++) {
      const app = await openLocalApp(data.dataDir);
      const { fromMs, untilMs } = data.windows.after;
      const response = await app.request(`/api/v1/top?from=${fromMs}&until=${untilMs}&limit=1`);
      const body = (await response.json()) as { totalCount: number; functions: { name: string }[] };
      expect(body.totalCount).toBe(data.answers.after.samples);
      expect(body.functions[0]!.name).toBe('escapeHtml');
      expect((await app.request('/api/v1/top?from=never')).status).toBe(400);
      await app.close();
    }
  });
});

describe('what cannot be opened', () => {
  it('is told apart: no directory, an empty one, one of a newer version', async () => {
    await expect(openLocalApp(join(folder, 'none'))).rejects.toMatchObject({
      message: expect.stringMatching(/^there are no profiles in .*none$/) as string,
      hint: 'give the --data-dir of a daemon',
    });
    const newer = join(folder, 'newer');
    mkdirSync(newer);
    await expect(openLocalApp(newer)).rejects.toThrow(/^there are no profiles in /);
    writeFileSync(join(newer, 'hot.duckdb'), 'of the future');
    writeFileSync(join(newer, 'VERSION'), '999\n');
    await expect(openLocalApp(newer)).rejects.toThrow(/holds data of format 999/);
    writeFileSync(join(newer, 'VERSION'), '1\n');
    await expect(openLocalApp(newer)).rejects.toThrow(/hot\.duckdb cannot be read: /);
  });

  it('is a directory that another process holds; where it can be asked instead is said', async () => {
    const compiled = await compileStore();
    const held = join(folder, 'held');
    const child = startChild(
      compiled.dir,
      held,
      `
      const { createServer } = await import('node:net');
      const server = createServer().listen(0, '127.0.0.1', () => console.log('port ' + server.address().port));
    `,
    );
    try {
      const port = (await child.line(/^port /)).slice('port '.length);
      await expect(openLocalApp(held)).rejects.toMatchObject({
        message: `${held} is held by a daemon (process ${child.process.pid!})`,
        hint: `ask that one: --server http://127.0.0.1:${port}`,
      });
    } finally {
      await child.kill();
      await compiled.remove();
    }
  });
});
