import { mkdtempSync, readSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { openKernelBtf } from '../../src/collector/kernel-btf.ts';

const folder = mkdtempSync(join(tmpdir(), 'pilotlight-btf-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('openKernelBtf', () => {
  it("opens this kernel's types, which begin with their magic", () => {
    const opened = openKernelBtf();
    if (!opened.ok) throw new Error(opened.reason);
    const bytes = Buffer.alloc(2);
    readSync(opened.fd, bytes, 0, 2, 0);
    opened.close();
    expect(bytes.readUInt16LE()).toBe(0xeb9f);
  });

  it('opens a module by its name', () => {
    writeFileSync(join(folder, 'nf_tables'), 'types');
    const opened = openKernelBtf('nf_tables', folder);
    expect(opened.ok).toBe(true);
    if (opened.ok) opened.close();
  });

  it.each(['absent', '..', '../collector', 'a/b', '.', 'x'.repeat(56), 'a\0b'])(
    'has no file for a module called %j',
    (module) => expect(openKernelBtf(module, folder)).toEqual({ ok: false, reason: 'no-file' }),
  );
});
