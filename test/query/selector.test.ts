import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Matcher } from '../../src/model/selector.ts';
import { LABELS } from '../../src/model/selector.ts';
import { formatSelector, parseSelector } from '../../src/query/selector.ts';

function message(text: string): string {
  const parsed = parseSelector(text);
  return parsed.ok ? 'no message' : parsed.message;
}

describe('parseSelector', () => {
  it('takes empty text and empty braces as everything', () => {
    for (const text of ['', '  ', '{}', ' { } ']) {
      expect(parseSelector(text)).toEqual({ ok: true, selector: [] });
    }
  });

  it('reads matchers with = and !=, spaces and a comma at the end', () => {
    expect(parseSelector(' {comm="node" , pid != "42",} ')).toEqual({
      ok: true,
      selector: [
        { label: 'comm', op: '=', value: 'node' },
        { label: 'pid', op: '!=', value: '42' },
      ],
    });
  });

  it('reads the escapes of quotes, backslashes and line ends', () => {
    expect(parseSelector(String.raw`{comm="a\"b\\c\nd"}`)).toEqual({
      ok: true,
      selector: [{ label: 'comm', op: '=', value: 'a"b\\c\nd' }],
    });
  });

  it.each([
    ['comm="x"', `expected '{' at column 1`],
    ['{', `expected a label name or '}' at column 2`],
    ['{comm', `expected '=' or '!=' at column 6`],
    ['{comm=node}', `expected '"' at column 7`],
    ['{comm="node}', `expected '"' at column 13`],
    ['{comm="a\\x"}', String.raw`expected \", \\ or \n at column 10`],
    ['{comm="a" pid="1"}', `expected ',' or '}' at column 11`],
    ['{comm="a",,}', `expected a label name or '}' at column 11`],
    ['{comm="a"} or', 'expected the end of the selector at column 12'],
    ['{="a"}', `expected a label name or '}' at column 2`],
  ])('says what is wrong with %s', (text, expected) => {
    expect(message(text)).toBe(expected);
  });

  it('names the labels when one is unknown', () => {
    expect(message('{command="x"}')).toMatch(
      /^unknown label 'command' at column 2; the labels are comm, exe/,
    );
  });

  it('says that regular expressions are not supported yet', () => {
    expect(message('{comm=~"web-.*"}')).toBe('the operator =~ at column 6 is not supported yet; use = or !=');
    expect(message('{comm!~"x"}')).toMatch(/not supported yet/);
  });

  it('reads 10,000 characters at once, and refuses more', () => {
    const longest = `{comm="${'x'.repeat(10_000 - '{comm=""}'.length)}"}`;
    expect(parseSelector(longest)).toMatchObject({ ok: true });
    expect(message(`${longest} `)).toBe('the selector has 10001 characters, at most 10000 are read');
  });

  it('refuses more matchers than the store can join', () => {
    const matchers = (n: number) => `{${'pid!="1",'.repeat(n)}}`;
    expect(parseSelector(matchers(50))).toMatchObject({ ok: true });
    expect(message(matchers(51))).toBe('more than 50 matchers at column 452');
  });

  it.each([
    ['a label', `{${'x'.repeat(9_000)}="1"}`],
    ['a string without an end', `{comm="${'x'.repeat(9_000)}`],
    ['spaces', `${' '.repeat(9_000)}x`],
    ['braces', '{'.repeat(9_000)],
    ['backslashes', `{comm="${'\\'.repeat(9_001)}`],
    ['matchers', `{${'pid="1",'.repeat(1_000)}}`],
  ])('answers 9,000 characters of %s at once and in few words', (_, text) => {
    const started = performance.now();
    const said = message(text);
    expect(performance.now() - started).toBeLessThan(200);
    expect(said.length).toBeLessThan(200);
    expect(said).not.toBe('no message');
  });

  it('reads back whatever formatSelector writes', () => {
    const matcher: fc.Arbitrary<Matcher> = fc.record({
      label: fc.constantFrom(...LABELS),
      op: fc.constantFrom('=', '!='),
      value: fc.string({ unit: 'grapheme' }),
    });
    fc.assert(
      fc.property(fc.array(matcher), (selector) => {
        expect(parseSelector(formatSelector(selector))).toEqual({ ok: true, selector });
      }),
    );
  });

  it('answers any text with a selector or a message', () => {
    const mangled = fc.stringMatching(/^[{}="!~,\\ a-z\n]*$/);
    fc.assert(
      fc.property(fc.oneof(fc.string(), mangled), (text) => {
        const parsed = parseSelector(text);
        expect(parsed.ok ? '' : parsed.message).not.toMatch(/undefined/);
      }),
    );
  });
});
