import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatSelector, parseSelector } from '../../src/model/selector-text.ts';
import { anyMatcher } from './any-matcher.ts';

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

  it('reads regular expressions and sets', () => {
    expect(parseSelector('{pod=~"web-.*", user!~"", comm in ("node", "gcc",), pid notin("1")}')).toEqual({
      ok: true,
      selector: [
        { label: 'pod', op: '=~', value: 'web-.*' },
        { label: 'user', op: '!~', value: '' },
        { label: 'comm', op: 'in', values: ['node', 'gcc'] },
        { label: 'pid', op: 'notin', values: ['1'] },
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
    ['{comm', `expected '=', '!=', '=~', '!~', 'in' or 'notin' at column 6`],
    ['{comm !"x"}', `expected '=', '!=', '=~', '!~', 'in' or 'notin' at column 7`],
    ['{comm not in ("x")}', `expected '=', '!=', '=~', '!~', 'in' or 'notin' at column 7`],
    ['{comm inside ("x")}', `expected '=', '!=', '=~', '!~', 'in' or 'notin' at column 7`],
    ['{comm=~node}', `expected '"' at column 8`],
    ['{comm in "x"}', `expected '(' at column 10`],
    ['{comm in ()}', `expected '"' at column 11`],
    ['{comm in (a)}', `expected '"' at column 11`],
    ['{comm in ("a" "b")}', `expected ',' or ')' at column 15`],
    ['{comm in ("a",,)}', `expected '"' at column 15`],
    ['{comm in ("a"', `expected ',' or ')' at column 14`],
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

  it('reads 10,000 characters at once, and refuses more', () => {
    const longest = `{comm="${'x'.repeat(10_000 - '{comm=""}'.length)}"}`;
    expect(parseSelector(longest)).toMatchObject({ ok: true });
    expect(message(`${longest} `)).toBe('the selector has 10001 characters, at most 10000 are read');
  });

  it('refuses more than 20 regular expressions', () => {
    const patterns = (n: number) => `{${'pid!~"1",'.repeat(n)}}`;
    expect(parseSelector(patterns(20))).toMatchObject({ ok: true });
    expect(message(patterns(21))).toBe('more than 20 regular expressions at column 187');
  });

  it('refuses more than 500 matchers', () => {
    const matchers = (n: number) => `{${'pid!="1",'.repeat(n)}}`;
    expect(parseSelector(matchers(500))).toMatchObject({ ok: true });
    expect(message(matchers(501))).toBe('more than 500 matchers at column 4502');
  });

  it.each([
    ['a label', `{${'x'.repeat(9_000)}="1"}`],
    ['a string without an end', `{comm="${'x'.repeat(9_000)}`],
    ['spaces', `${' '.repeat(9_000)}x`],
    ['braces', '{'.repeat(9_000)],
    ['backslashes', `{comm="${'\\'.repeat(9_001)}`],
    ['matchers', `{${'pid="1",'.repeat(1_000)}}`],
    ['values', `{pid in (${'"1",'.repeat(2_200)}`],
  ])('answers 9,000 characters of %s at once and in few words', (_, text) => {
    const started = performance.now();
    const said = message(text);
    expect(performance.now() - started).toBeLessThan(200);
    expect(said.length).toBeLessThan(200);
    expect(said).not.toBe('no message');
  });

  it('reads back whatever formatSelector writes', () => {
    fc.assert(
      fc.property(fc.array(anyMatcher), (selector) => {
        expect(parseSelector(formatSelector(selector))).toEqual({ ok: true, selector });
      }),
    );
  });

  it('answers any text with a selector or a message', () => {
    const mangled = fc.stringMatching(/^[{}()="!~,\\ a-z\n]*$/);
    fc.assert(
      fc.property(fc.oneof(fc.string(), mangled), (text) => {
        const parsed = parseSelector(text);
        expect(parsed.ok ? '' : parsed.message).not.toMatch(/undefined/);
      }),
    );
  });
});
