import fc from 'fast-check';
import { expect, it } from 'vitest';
import { formatFramePath, parseFramePath } from '../../src/query/frame-path.ts';

it('reads names separated by semicolons', () => {
  expect(parseFramePath('main;run;parse')).toEqual(['main', 'run', 'parse']);
  expect(parseFramePath('')).toEqual([]);
});

it('reads back any path it wrote', () => {
  const path = fc.array(fc.string(), { minLength: 1 }).filter((names) => names.join('') !== '');
  fc.assert(
    fc.property(path, (names) => {
      expect(parseFramePath(formatFramePath(names))).toEqual(names);
    }),
  );
});
