import { expect, it } from 'vitest';
import { MemorySource } from '../../../src/binary/byte-source.ts';
import { FileMark } from '../../../src/symbolizer/jit/file-mark.ts';

const text = (content: string): MemorySource => new MemorySource(Buffer.from(content));

function markOf(content: string, offset = content.length): FileMark {
  const mark = new FileMark();
  mark.set(text(content), offset);
  return mark;
}

const long = Array.from({ length: 100 }, (_, i) => `line ${i}\n`).join('');

it('holds for the file itself, and where something was appended', () => {
  for (const content of ['', 'a', 'a line\n', long]) {
    expect(markOf(content).holds(text(content))).toBe(true);
    expect(markOf(content).holds(text(`${content}more`))).toBe(true);
  }
});

it('holds for what was not read yet, whatever becomes of it', () => {
  expect(markOf('read\nbeing written', 5).holds(text('read\nwritten otherwise\n'))).toBe(true);
});

it('does not hold for a shorter file, or one that begins or goes on otherwise', () => {
  const mark = markOf(long);
  expect(mark.holds(text(long.slice(0, -1)))).toBe(false);
  expect(mark.holds(text(`L${long.slice(1)}`))).toBe(false);
  expect(mark.holds(text(`${long.slice(0, -1)}X`))).toBe(false);
  expect(mark.holds(text(long.replace('line 3\n', '') + long))).toBe(false);
});
