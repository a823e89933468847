// What is given back is only what can come back: code and constants of the files, free pages of the allocator.
import { readFileSync } from 'node:fs';
import { DuckDBInstance } from '@duckdb/node-api';
import { describe, expect, it } from 'vitest';
import { native } from '../../src/collector/native.ts';

const MIB = 2 ** 20;

/** Bytes of that file's read-only mappings in this process: all of them, and those that are resident. */
function mapped(file: RegExp): { size: number; resident: number } {
  const sums = { size: 0, resident: 0 };
  let counts = false;
  for (const line of readFileSync('/proc/self/smaps', 'utf8').split('\n')) {
    const [, permissions, path] = /^[0-9a-f]+-[0-9a-f]+ (\S+) \S+ \S+ \S+\s*(.*)$/.exec(line) ?? [];
    if (permissions !== undefined) counts = permissions.startsWith('r-') && file.test(path ?? '');
    const [, name, kilobytes] = /^(Size|Rss):\s+(\d+) kB$/.exec(line) ?? [];
    if (!counts || name === undefined) continue;
    sums[name === 'Size' ? 'size' : 'resident'] += Number(kilobytes) * 1024;
  }
  return sums;
}

/** A query whose answer is known. */
async function touchDuckDB(): Promise<number> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  const answer = await connection.runAndReadAll('SELECT sum(i * i)::DOUBLE FROM range(1000) t(i)');
  connection.closeSync();
  instance.closeSync();
  return answer.value(0, 0) as number;
}

describe('releasing memory', () => {
  it('unmaps the code and constants of large libraries, which come back as they are used', async () => {
    expect(await touchDuckDB()).toBe(332_833_500);
    const before = mapped(/libduckdb/);
    expect(before.resident).toBeGreaterThan(10 * MIB);
    const looked = native().releaseUnusedMemory();
    expect(looked).toBeGreaterThanOrEqual(before.size - 3 * 4096);
    expect(mapped(/libduckdb/).resident).toBeLessThan(before.resident - 5 * MIB);
    expect(await touchDuckDB()).toBe(332_833_500);
    expect(mapped(/libduckdb/).resident).toBeGreaterThan(MIB);
  });

  it('leaves what was written as it is', () => {
    const written = Buffer.alloc(8 * MIB, 'pilotlight');
    const expected = Buffer.from(written);
    const table = new Map(Array.from({ length: 100_000 }, (_, i) => [`key ${i}`, i]));
    native().releaseUnusedMemory();
    expect(written.equals(expected)).toBe(true);
    expect([...table].every(([key, i]) => key === `key ${i}`)).toBe(true);
  });
});
