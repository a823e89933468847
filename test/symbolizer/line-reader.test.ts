import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { forEachLine, MAX_LINE_BYTES } from '../../src/symbolizer/line-reader.ts';
import { FixtureFolder, withFd } from '../support/symbolizer-fixtures.ts';

const folder = new FixtureFolder();
afterAll(() => folder.remove());

function linesOf(content: string): { lines: string[]; tooLong: number } {
  const path = folder.write('lines', content);
  const lines: string[] = [];
  const { tooLong } = withFd(path, (fd) =>
    forEachLine(fd, (bytes, start, end) =>
      lines.push(Buffer.from(bytes.subarray(start, end)).toString('latin1')),
    ),
  );
  return { lines, tooLong };
}

describe('forEachLine', () => {
  it('gives the lines that splitting gives', () => {
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
        expect(linesOf(content).lines).toEqual(split);
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
});
