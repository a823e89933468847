import { describe, expect, it } from 'vitest';
import { diffWindows } from '../../src/cli/diff-windows.ts';

const NONE = [undefined, undefined];

describe('diffWindows', () => {
  it('reads two windows in their order', () => {
    expect(diffWindows(['now-2h..now-1h', '2026-01-31T14:00:00.5Z..1769868000000'], {})).toEqual({
      leftFrom: 'now-2h',
      leftUntil: 'now-1h',
      rightFrom: '2026-01-31T14:00:00.5Z',
      rightUntil: '1769868000000',
    });
  });

  it('lets windows touch where one end is not given, and ends the last one now', () => {
    const touching = { leftFrom: 'now-2h', leftUntil: 'now-1h', rightFrom: 'now-1h', rightUntil: 'now' };
    expect(diffWindows(NONE, { leftFrom: 'now-2h', leftUntil: 'now-1h' })).toEqual(touching);
    expect(diffWindows(NONE, { leftFrom: 'now-2h', rightFrom: 'now-1h' })).toEqual(touching);
  });

  it.each([
    [NONE, {}, /two windows are needed/],
    [NONE, { leftFrom: 'now-2h' }, /two windows are needed/],
    [NONE, { rightFrom: 'now-2h' }, /two windows are needed/],
    [['now-2h..now-1h', undefined], {}, /one window is given, two are compared/],
    [['now-2h..now-1h', 'now-1h..now'], { rightUntil: 'now' }, /use one way/],
    [['now-2h', 'now-1h..now'], {}, /"now-2h" is not a window FROM\.\.UNTIL/],
    [['now-2h..now-1h..now', 'now-1h..now'], {}, /is not a window/],
    [['now-2h..soon', 'now-1h..now'], {}, /"now-2h\.\.soon" is not a window/],
  ])('refuses %j with %j', (positional, options, message) => {
    expect(() => diffWindows(positional, options)).toThrow(message);
    expect(() => diffWindows(positional, options)).toThrow(expect.objectContaining({ exitCode: 2 }));
  });
});
