// Paths of frames as text, and walking them by keys.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatFramePath, parseFramePath } from '../../src/query/frame-path.ts';
import { directionOf, pathTo, stepFrom } from '../../web/src/frame-cursor.ts';
import { rootNames, rootText } from '../../web/src/frame-path.ts';

const names = fc.array(fc.string({ minLength: 1, unit: fc.constantFrom('a', ';', '\\', 'ü', '\n', '𝒇') }));

it('writes and reads a path as the server does', () => {
  fc.assert(
    fc.property(names, (path) => {
      const text = rootText(path);
      expect(text).toBe(formatFramePath(path));
      expect(rootNames(text)).toEqual(parseFramePath(text));
      expect(rootNames(text)).toEqual(path);
    }),
  );
});

interface Node {
  key: string;
  value: number;
  children: Node[];
}
const node = (key: string, value: number, ...children: Node[]): Node => ({ key, value, children });
const TREE = node('all', 10, node('a', 6, node('a1', 1), node('a2', 5)), node('b', 4));
const step = (from: string, direction: 'caller' | 'callee' | 'previous' | 'next') =>
  stepFrom(pathTo(TREE, from), direction, ({ key }) => key !== 'hidden').key;

describe('walking the frames', () => {
  it('goes to the caller, the heaviest callee and the neighbours, and stays where there is none', () => {
    expect(step('a2', 'caller')).toBe('a');
    expect(step('a', 'callee')).toBe('a2');
    expect(step('a', 'next')).toBe('b');
    expect(step('b', 'previous')).toBe('a');
    expect(step('all', 'caller')).toBe('all');
    expect(step('b', 'callee')).toBe('b');
    expect(step('b', 'next')).toBe('b');
  });

  it('goes the way the keys point', () => {
    expect(directionOf('ArrowDown', true)).toBe('callee');
    expect(directionOf('ArrowDown', false)).toBe('caller');
    expect(directionOf('Enter', true)).toBeUndefined();
  });
});
