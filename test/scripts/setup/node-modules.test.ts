import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { nodeModulesFresh } from '../../../scripts/setup/node-modules.mjs';

type Packages = Record<string, { version?: string; optional?: boolean }>;

const WANTED: Packages = {
  '': { version: '0.1.0' },
  'node_modules/a': { version: '1.0.0' },
  'node_modules/a-darwin': { version: '1.0.0', optional: true },
};

/** A checkout whose lock file wants `wanted` and whose node_modules hold `installed`. */
function checkout(wanted: Packages | string, installed: Packages | string | null): string {
  const root = mkdtempSync(join(tmpdir(), 'pilotlight-modules-'));
  onTestFinished(() => rmSync(root, { recursive: true }));
  const text = (packages: Packages | string) =>
    typeof packages === 'string' ? packages : JSON.stringify({ packages });
  writeFileSync(join(root, 'package-lock.json'), text(wanted));
  mkdirSync(join(root, 'node_modules'));
  if (installed !== null) writeFileSync(join(root, 'node_modules/.package-lock.json'), text(installed));
  return root;
}

describe('nodeModulesFresh', () => {
  it('asks for every version of the lock file, but for optional packages', () => {
    expect(nodeModulesFresh(checkout(WANTED, { 'node_modules/a': { version: '1.0.0' } }))).toBe(true);
    expect(nodeModulesFresh(checkout(WANTED, { 'node_modules/a': { version: '1.0.1' } }))).toBe(false);
    expect(nodeModulesFresh(checkout(WANTED, {}))).toBe(false);
  });

  it('takes an interrupted installation for none', () => {
    expect(nodeModulesFresh(checkout(WANTED, null))).toBe(false);
    expect(nodeModulesFresh(checkout(WANTED, '{"packages": {'))).toBe(false);
  });

  it('says so when the lock file itself is unusable', () => {
    expect(() => nodeModulesFresh(checkout('', {}))).toThrow(/no package-lock\.json/);
  });
});
