import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readBytes } from '../../../src/binary/byte-source.ts';
import { Output } from '../../../src/binary/decompress/output.ts';
import { SpillFile } from '../../../src/binary/decompress/spill-file.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'output-test-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

it('an output by way of a file holds no more than its history and what it gathers', () => {
  const file = new SpillFile(folder);
  const size = 40 << 20;
  const out = new Output(size, 'test', file);
  out.keepHistory(2 << 20);
  const piece = new Uint8Array(100_000).map((_, i) => i % 251);
  for (let at = 0; at < size; at += piece.length) {
    out.append(piece.subarray(0, Math.min(piece.length, size - at)));
    expect(out.bytes.length).toBeLessThanOrEqual(5 << 20);
    // What may be referred back to is there.
    if (at > 4 << 20) expect(out.at).toBeGreaterThanOrEqual(2 << 20);
  }
  const source = out.finish();
  expect(source.size).toBe(size);
  for (const at of [0, 99_999, 12_345_678, size - 10]) {
    expect([...readBytes(source, at, 10, '')]).toEqual(
      Array.from({ length: 10 }, (_, i) => ((at + i) % 100_000) % 251),
    );
  }
  file.close();
});

it('an output gives room for no more than was declared', () => {
  const out = new Output(10, 'test');
  expect(out.reserve(4)).toBe(4);
  out.append(new Uint8Array(8));
  expect(out.reserve(4)).toBe(10);
  expect(() => out.append(new Uint8Array(3))).toThrow(
    expect.objectContaining({ kind: 'limit', section: 'test' }),
  );
});
