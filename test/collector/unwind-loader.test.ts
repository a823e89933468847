// When the walker is given which table.
import { beforeEach, describe, expect, it } from 'vitest';
import { ObjectRegistry } from '../../src/collector/object-registry.ts';
import type { UnwindTableReader } from '../../src/collector/unwind-loader.ts';
import { codeKey, UnwindLoader } from '../../src/collector/unwind-loader.ts';
import { SamplerUnavailable } from '../../src/collector/sampler-client.ts';
import { FakeSamplerHost } from '../support/fake-sampler-host.ts';

const FILE = { device: '08:01', inode: '5', generation: '1' };
const TABLE = new Uint8Array(40);

let host: FakeSamplerHost;
let registry: ObjectRegistry;
let compiled: string[];
let answer: Awaited<ReturnType<UnwindTableReader>>;
let loader: UnwindLoader;

beforeEach(() => {
  host = new FakeSamplerHost();
  host.mappedFiles.set(7, process.execPath);
  registry = new ObjectRegistry(host, () => ({
    ...{ ok: true, buildId: 'abcd', size: 1, segments: [], contentKey: '' },
  }));
  compiled = [];
  answer = { ok: true, bytes: TABLE };
  loader = new UnwindLoader(host, registry, ({ key }) => {
    compiled.push(key);
    return Promise.resolve(answer);
  });
});

function note(file = FILE): string {
  const key = codeKey('/bin/app', file);
  loader.note(key, registry.refOf('/bin/app', file, 7, 0x1000n, 0x2000n));
  return key;
}
const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 20));
const loads = (): string[] => host.calls.filter((call) => call.includes('UnwindTable'));

describe('UnwindLoader', () => {
  it('compiles the table of an object that is wanted, once', async () => {
    const key = note();
    loader.want(key);
    loader.want(key);
    await settled();
    loader.want(key);
    await settled();
    expect(compiled).toEqual(['abcd']);
    expect(loads()).toEqual(['loadUnwindTable 08:01 5 1 abcd', 'loadUnwindTable 08:01 5 1 abcd 40 bytes']);
  });

  it('compiles nothing for what is only mapped', async () => {
    note();
    await settled();
    expect(compiled).toEqual([]);
  });

  it('gives a second key of the same content the table that is there', async () => {
    loader.want(note());
    await settled();
    const byInode = note({ device: '08:01', inode: '12', generation: '1' });
    loader.missed(byInode);
    await settled();
    expect(compiled).toEqual(['abcd']);
    expect(loads().at(-1)).toBe('loadUnwindTable 08:01 12 1 abcd');
  });

  it('loads what was missed before it was told that it is mapped', async () => {
    loader.missed('08:01 5 1');
    await settled();
    expect(compiled).toEqual([]);
    note();
    await settled();
    expect(compiled).toEqual(['abcd']);
  });

  it('loads again what had to make room', async () => {
    const key = note();
    loader.want(key);
    await settled();
    host.tables.clear();
    loader.missed(key);
    await settled();
    expect(compiled).toEqual(['abcd', 'abcd']);
  });

  it('says so where there is no table, and where the file cannot be read', async () => {
    answer = { ok: false, reason: 'no-code' };
    const key = note();
    loader.want(key);
    await settled();
    expect(loads().at(-1)).toBe('noUnwindTable 08:01 5 1');
    registry = new ObjectRegistry(host, () => ({ ok: false, reason: 'bad-format' }));
    const text = note({ device: '08:01', inode: '13', generation: '1' });
    loader.missed(text);
    await settled();
    expect(loads().at(-1)).toBe('noUnwindTable 08:01 13 1');
  });

  it('asks again for a table that nobody had time to compile', async () => {
    answer = { ok: false, reason: 'busy' };
    const key = note();
    loader.want(key);
    await settled();
    expect(loads()).not.toContain('noUnwindTable 08:01 5 1');
    answer = { ok: true, bytes: TABLE };
    loader.want(key);
    await settled();
    expect(loads().at(-1)).toBe('loadUnwindTable 08:01 5 1 abcd 40 bytes');
  });

  it('tries again after the sampler was away', async () => {
    const key = note();
    host.faults.set('loadUnwindTable 08:01 5 1 abcd', new SamplerUnavailable('restarting'));
    loader.want(key);
    await settled();
    host.faults.clear();
    loader.want(key);
    await settled();
    expect(compiled).toEqual(['abcd']);
  });
});
