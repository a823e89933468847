// Tars of bundles, and of others who would have us take them for one: what goes wrong leaves nothing behind.
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pack } from 'tar-stream';
import { beforeEach, describe, expect, it } from 'vitest';
import { requireNewFolder, unpackBundle } from '../../src/cli/bundle-unpack.ts';
import { ledgerOf, openAt, temporaryDir, textBatch, textSymbols } from '../store/text-profile.ts';
import { fakeApp } from '../support/fake-service.ts';

const TIME = Date.UTC(2026, 0, 31, 14, 0, 0);
const TEXT = 'main  main\na     b@libc.so\n3     2';

let root: string;
beforeEach(async () => {
  root = await temporaryDir();
  mkdirSync(join(root, 'data'));
  return () => rm(root, { recursive: true });
});

/** A bundle as the server sends it. */
async function sentTar(): Promise<Buffer> {
  const store = await openAt(join(root, 'data'));
  await store.append(textBatch(TEXT, { timeMs: TIME }), ledgerOf(5), textSymbols(TEXT));
  const path = `/api/v1/profile?format=bundle&from=${TIME}&until=${TIME + 1000}`;
  const tar = await (await fakeApp({ store }).request(path)).arrayBuffer();
  await store.close();
  return Buffer.from(tar);
}

describe('unpacking', () => {
  type Entry = Parameters<ReturnType<typeof pack>['entry']>[0] & { content?: string };

  async function unpack(entries: readonly Entry[], end?: number): Promise<string> {
    const tar = pack();
    for (const { content, ...header } of entries) tar.entry(header, content ?? '');
    tar.finalize();
    const chunks: Buffer[] = [];
    for await (const chunk of tar) chunks.push(chunk as Buffer);
    return refusal(Buffer.concat(chunks).subarray(0, end));
  }

  async function refusal(tar: Uint8Array): Promise<string> {
    const folder = join(root, 'out');
    const why = await unpackBundle(Readable.from([tar]), folder).then(() => 'taken', String);
    expect(readdirSync(root)).toEqual(['data']);
    return why;
  }

  it.each<[string, Entry]>([
    ['a path that leads outside', { name: 'x/../../evil', content: 'e' }],
    ['an absolute path', { name: '/etc/evil', content: 'e' }],
    ['a link', { name: 'x/blocks', type: 'symlink', linkname: '/etc' }],
    ['a hard link', { name: 'x/bundle.json', type: 'link', linkname: '/etc/passwd' }],
    ['a device', { name: 'x/bundle.json', type: 'character-device' }],
    ['a file of another name', { name: 'x/.bashrc', content: 'e' }],
  ])('refuses %s, and leaves nothing', async (_, entry) => {
    expect(await unpack([entry])).toMatch(/has an entry that no bundle has/);
  });

  it('refuses files that bundle.json does not list, or comes after', async () => {
    const name = 'x/blocks/20260131T135900Z-raw-0123abcd/samples.parquet';
    expect(await unpack([{ name, content: 'e' }])).toMatch(/bundle\.json does not come first/);
    expect(await unpack([{ name: 'x/bundle.json', content: '[]' }])).toMatch(/bundle\.json is malformed/);
    expect(await unpack([])).toMatch(/has no bundle\.json/);
  });

  it('refuses what broke off anywhere, and what was changed', async () => {
    const tar = await sentTar();
    for (let end = 0; end < tar.length - 1024; end += 1777) {
      expect(await refusal(tar.subarray(0, end))).toMatch(/was not unpacked into/);
    }
    const changed = Buffer.from(tar);
    const at = changed.lastIndexOf('PAR1') - 20;
    changed[at] = changed[at]! ^ 1;
    expect(await refusal(changed)).toMatch(/parquet was changed or damaged/);
  });

  it('touches no folder that has something in it', async () => {
    const folder = join(root, 'full');
    mkdirSync(folder);
    requireNewFolder(folder);
    writeFileSync(join(folder, 'mine'), '');
    expect(() => requireNewFolder(folder)).toThrow(/is not empty, and stays as it is/);
    await expect(unpackBundle(Readable.from([]), folder)).rejects.toThrow(/is not empty/);
    expect(readdirSync(folder)).toEqual(['mine']);
  });
});
