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

  it('refuses more than 10,000 characters', () => {
    expect(message(`{comm="${'x'.repeat(10_000)}"}`)).toBe('the selector is longer than 10000 characters');
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
