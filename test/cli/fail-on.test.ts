import { InvalidArgumentError } from 'commander';
import { describe, expect, it } from 'vitest';
import { exceeded, exceededText, parseFailOn } from '../../src/cli/fail-on.ts';
import { diffRow } from './diff-row.ts';

const ROWS = [
  diffRow('grew', 0.05, 0.15),
  diffRow('shrank', 0.2, 0.17),
  diffRow('same', 0.3, 0.3),
  diffRow('by\x1b[31m one', 0.1, 0.11),
];
const names = (...limits: string[]) =>
  exceeded(
    ROWS,
    limits.reduce<ReturnType<typeof parseFailOn>>((all, text) => parseFailOn(text, all), []),
  ).map(({ name }) => name);

describe('--fail-on', () => {
  it('names what moved further than it may, largest move first', () => {
    expect(names('more:0.5pp')).toEqual(['grew', 'by\x1b[31m one']);
    expect(names('more:5pp')).toEqual(['grew']);
    expect(names('more:10.5pp')).toEqual([]);
    expect(names('less:1pp')).toEqual(['shrank']);
    expect(names('less:1pp', 'more:5pp')).toEqual(['grew', 'shrank']);
    expect(names('more:0pp', 'less:0pp')).toEqual(['grew', 'shrank', 'by\x1b[31m one']);
  });

  it.each([
    '',
    'more',
    'more:1',
    'more:1%',
    'more:-1pp',
    'more:1e1pp',
    'more:101pp',
    'up:1pp',
    'more:1pp,less:1pp',
  ])('refuses %j', (text) => {
    expect(() => parseFailOn(text)).toThrow(InvalidArgumentError);
  });

  it('says of each function how far it moved, fit for a terminal', () => {
    expect(exceededText(exceeded(ROWS, parseFailOn('more:0.5pp')))).toBe(
      'pilotlight: grew (/usr/bin/app): +10.00 points of total share, beyond more:0.5pp\n' +
        'pilotlight: by\\x1b[31m one (/usr/bin/app): +1.00 points of total share, beyond more:0.5pp\n',
    );
    expect(exceededText([])).toBe('');
  });

  it('does not say it of hundreds', () => {
    const many = Array.from({ length: 25 }, (_, i) => diffRow(`f${i}`, 0, 0.1));
    const lines = exceededText(exceeded(many, parseFailOn('more:1pp')))
      .trimEnd()
      .split('\n');
    expect(lines).toHaveLength(11);
    expect(lines.at(-1)).toBe('pilotlight: and 15 more functions (--json has all)');
  });
});
