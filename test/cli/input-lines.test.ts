import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { inputLines } from '../../src/cli/input-lines.ts';

async function linesOf(...chunks: (string | Buffer)[]): Promise<string[][]> {
  const batches: string[][] = [];
  for await (const lines of inputLines(Readable.from(chunks))) batches.push(lines);
  return batches;
}

describe('lines of input', () => {
  it('come as many at a time as there are', async () => {
    expect(await linesOf('a\nb\n', 'c\n')).toEqual([['a', 'b'], ['c']]);
  });

  it('are whole, also where pieces of input end within them', async () => {
    expect(await linesOf('on', 'e', '\ntwo\nthr', 'ee\n')).toEqual([['one', 'two'], ['three']]);
  });

  it('are whole where a piece ends within a character', async () => {
    const bytes = Buffer.from('größe\n');
    expect(await linesOf(bytes.subarray(0, 3), bytes.subarray(3))).toEqual([['größe']]);
  });

  it('may be empty, and the last may lack its end', async () => {
    expect(await linesOf('\n\na')).toEqual([['', ''], ['a']]);
    expect(await linesOf('')).toEqual([]);
  });
});
