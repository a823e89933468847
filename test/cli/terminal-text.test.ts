import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  cutTo,
  displayWidth,
  fitTo,
  printable,
  printableLines,
  terminalJson,
} from '../../src/cli/terminal-text.ts';

/** What a terminal could act on. */
const DANGEROUS = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;

describe('printable', () => {
  it.each([
    ['std::vector<int>::push_back(int&&)', 'std::vector<int>::push_back(int&&)'],
    ['größe_計算 🚀', 'größe_計算 🚀'],
    ['\x1b]0;title\x07', '\\x1b]0;title\\x07'],
    ['a\nb\tc\rd', 'a\\nb\\tc\\rd'],
    ['\x7f\x9b31m', '\\x7f\\x9b31m'],
    ['user\u202etxt.exe', 'user\\u{202e}txt.exe'],
    ['\u200bzero\u2066width\ufeff', '\\u{200b}zero\\u{2066}width\\u{feff}'],
    ['line\u2028end', 'line\\u{2028}end'],
    ['half \ud800 pair', 'half \\u{d800} pair'],
    ['tag \u{e0041}', 'tag \\u{e0041}'],
  ])('shows %j as %j', (text, shown) => expect(printable(text)).toBe(shown));

  it('leaves nothing that a terminal acts on, whatever the name', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => !DANGEROUS.test(printable(text))));
  });

  it('keeps line feeds, and nothing else, where text has lines', () => {
    expect(printableLines('a\x1b[2J;b 1\r\nc 2\n')).toBe('a\\x1b[2J;b 1\\r\nc 2\n');
  });
});

describe('terminalJson', () => {
  it('is the same value, without a character that a terminal acts on', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' })), (value) => {
        const text = terminalJson(value);
        expect(DANGEROUS.test(text)).toBe(false);
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
    expect(terminalJson('\x9b\u202e\u{e0041}')).toBe('"\\u009b\\u202e\\udb40\\udc41"');
  });
});

describe('columns of a terminal', () => {
  it('count wide characters twice and combining ones not at all', () => {
    expect(['abc', '計算', 'e\u0301', '🚀', 'ｆ', ''].map(displayWidth)).toEqual([3, 4, 1, 2, 2, 0]);
  });

  it('are filled or cut to, at the end or at the start', () => {
    expect(fitTo(6, 'main')).toBe('main  ');
    expect(fitTo(6, 'main_loop')).toBe('main_…');
    expect(fitTo(6, '/usr/lib/libc.so', 'end')).toBe('…bc.so');
    expect(cutTo(4, '計算する')).toBe('計…');
    expect(cutTo(3, 'abc')).toBe('abc');
    expect([cutTo(1, 'abc'), cutTo(0, 'abc')]).toEqual(['…', '']);
  });

  it('are never more than were asked for', () => {
    const keep = fc.constantFrom('start' as const, 'end' as const);
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.nat(20), keep, (text, width, end) => {
        expect(displayWidth(cutTo(width, printable(text), end))).toBeLessThanOrEqual(width);
      }),
    );
  });
});
