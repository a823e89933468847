import { expect, it } from 'vitest';
import { MemorySource } from '../../../src/binary/byte-source.ts';
import { forEachNewLine, MAX_LINE_BYTES } from '../../../src/symbolizer/jit/new-lines.ts';

function lines(content: string, from = 0): { seen: [string, number][]; next: number; tooLong: number } {
  const seen: [string, number][] = [];
  const read = forEachNewLine(new MemorySource(Buffer.from(content)), from, (bytes, start, end, offset) =>
    seen.push([Buffer.from(bytes.subarray(start, end)).toString(), offset]),
  );
  return { seen, ...read };
}

it('visits lines with their places, from the given one on, and not the one that has no end yet', () => {
  expect(lines('ab\n\ncde\nfg', 3)).toEqual({ seen: [['', 3], ['cde', 4]], next: 8, tooLong: 0 }); // prettier-ignore
  expect(lines('')).toEqual({ seen: [], next: 0, tooLong: 0 });
});

it('visits lines across its reads', () => {
  const all = Array.from({ length: 40_000 }, (_, i) => `line number ${i}`);
  const { seen, next } = lines(`${all.join('\n')}\n`);
  expect(seen.map(([text]) => text)).toEqual(all);
  expect(next).toBe(seen.reduce((sum, [text]) => sum + text.length + 1, 0));
});

it('passes over lines that are too long, also one that is still being written', () => {
  const long = 'x'.repeat(MAX_LINE_BYTES + 1);
  expect(lines(`a\n${long}\nb\n`)).toMatchObject({ seen: [['a', 0], ['b', long.length + 3]], tooLong: 1 }); // prettier-ignore
  const { next, tooLong } = lines(`a\n${long.repeat(3)}`);
  expect(next).toBeGreaterThan(MAX_LINE_BYTES);
  expect(tooLong).toBeGreaterThan(0);
});
