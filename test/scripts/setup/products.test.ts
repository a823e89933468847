import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import type { Product } from '../../../scripts/setup/products.mjs';
import { buildProduct, isFresh } from '../../../scripts/setup/products.mjs';
import { Progress } from '../../../scripts/setup/progress.mjs';

class SilentProgress extends Progress {
  override say(): void {
    // The lines themselves are no part of these tests.
  }
}
const silent = new SilentProgress({ verbose: false });

let root: string;
let built: number;
const write = (path: string, text: string) => {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
};

const product: Product = {
  name: 'toy',
  what: 'a toy',
  inputs: ['in', 'settings.json'],
  outputs: () => ['out.txt'],
  needsHostTools: false,
  build: () => {
    built += 1;
    write('out.txt', 'built');
    return Promise.resolve();
  },
};

describe('freshness of a product', () => {
  beforeEach(async () => {
    root = mkdtempSync(join(tmpdir(), 'pilotlight-products-'));
    onTestFinished(() => rmSync(root, { recursive: true }));
    built = 0;
    write('in/a.c', 'a');
    write('in/deep/b.h', 'b');
    write('settings.json', '{}');
    await buildProduct(root, product, silent);
  });

  it('is fresh after a build, and stays so when only times change', () => {
    expect(isFresh(root, product)).toBe(true);
    utimesSync(join(root, 'in/a.c'), new Date(), new Date(Date.now() + 60_000));
    expect(isFresh(root, product)).toBe(true);
  });

  it.each([
    ['the content of an input changes', () => write('in/deep/b.h', 'B')],
    ['an input is added', () => write('in/c.c', '')],
    ['an input is removed', () => rmSync(join(root, 'in/a.c'))],
    ['an input is renamed', () => (rmSync(join(root, 'in/a.c')), write('in/z.c', 'a'))],
    ['the lock file changes', () => write('package-lock.json', '{}')],
    ['an output is removed', () => rmSync(join(root, 'out.txt'))],
  ])('is stale when %s', (_, change) => {
    change();
    expect(isFresh(root, product)).toBe(false);
  });

  it('does not mind what editors leave behind', () => {
    write('in/.a.c.swp', 'x');
    expect(isFresh(root, product)).toBe(true);
  });

  it('stays stale after a build that failed', async () => {
    const failing = { ...product, build: () => Promise.reject(new Error('no compiler')) };
    await expect(buildProduct(root, failing, silent)).rejects.toThrow('no compiler');
    expect(isFresh(root, product)).toBe(false);
    await buildProduct(root, product, silent);
    expect([isFresh(root, product), built]).toEqual([true, 2]);
  });

  it('stays stale when an input changes while it is being built', async () => {
    const edited = {
      ...product,
      build: () => {
        write('in/a.c', 'changed meanwhile');
        return Promise.resolve();
      },
    };
    await buildProduct(root, edited, silent);
    expect(isFresh(root, product)).toBe(false);
  });
});
