import { describe, expect, it } from 'vitest';
import { painter, wantsColour } from '../../src/cli/colours.ts';

const TERMINAL = { isTTY: true };
const PIPE = {};

describe('wantsColour', () => {
  it.each([
    [TERMINAL, { TERM: 'xterm' }, true],
    [PIPE, { TERM: 'xterm' }, false],
    [TERMINAL, { TERM: 'dumb' }, false],
    [TERMINAL, { NO_COLOR: '1' }, false],
    [TERMINAL, { NO_COLOR: '' }, true],
    [PIPE, { FORCE_COLOR: '1' }, true],
    [PIPE, { FORCE_COLOR: '' }, true],
    [TERMINAL, { FORCE_COLOR: '0' }, false],
    [TERMINAL, { NO_COLOR: '1', FORCE_COLOR: '1' }, false],
  ])('of %j with %j is %s', (stream, environment, wanted) => {
    expect(wantsColour(stream, environment)).toBe(wanted);
  });
});

describe('painter', () => {
  it('leaves text as it is where no colours are wanted', () => {
    expect(painter(false)('red', 'text')).toBe('text');
    expect(painter(true)('red', 'text')).toBe('\x1b[31mtext\x1b[0m');
  });
});
