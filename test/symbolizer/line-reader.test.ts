import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { forEachLine, MAX_LINE_BYTES, type LineOptions } from '../../src/symbolizer/line-reader.ts';
import { FixtureFolder, withFd } from '../support/symbolizer-fixtures.ts';

const folder = new FixtureFolder();
afterAll(() => folder.remove());

function linesOf(
  content: string,
  options?: LineOptions,
): { lines: string[]; offsets: number[]; tooLong: number } {
  const path = folder.write('lines', content);
  const lines: string[] = [];
  const offsets: number[] = [];
  const { tooLong } = withFd(path, (fd) =>
    forEachLine(
      fd,
      (bytes, start, end, offset) => {
        lines.push(Buffer.from(bytes.subarray(start, end)).toString('latin1'));
        offsets.push(offset);
      },
      options,
    ),
  );
  return { lines, offsets, tooLong };
}

describe('forEachLine', () => {
  it('gives the lines that splitting gives, and where they start', () => {
    const line = fc.oneof(
      fc.constant(''),
      fc.stringMatching(/^[a-z]{1,40}$/),
      fc.nat(50_000).map((n) => 'x'.repeat(n)),
    );
    fc.assert(
      fc.property(fc.array(line, { maxLength: 12 }), fc.boolean(), (lines, closed) => {
        const content = lines.join('\n') + (closed && lines.length > 0 ? '\n' : '');
        const split = content.split('\n');
        if (split.at(-1) === '') split.pop();
        const read = linesOf(content);
        expect(read.lines).toEqual(split);
        expect(read.offsets.every((at, i) => content.startsWith(split[i]!, at))).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  it('passes over lines that are too long, and counts them', () => {
    for (const length of [MAX_LINE_BYTES * 2, MAX_LINE_BYTES * 5 + 17]) {
      const read = linesOf(`first\n${'y'.repeat(length)}\nlast\n${'z'.repeat(length)}`);
      expect(read.lines).toEqual(['first', 'last']);
      expect(read.tooLong).toBe(2);
    }
  });

  it('stops at the number of bytes asked for, without half a line', () => {
    expect(linesOf('one\ntwo\nthree\n', { maxBytes: 6 }).lines).toEqual(['one']);
    expect(linesOf('one\ntwo\nthree\n', { from: 4 })).toMatchObject({
      lines: ['two', 'three'],
      offsets: [4, 8],
    });
  });
});
