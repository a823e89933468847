import { describe, expect, it } from 'vitest';
import { FullScreen } from '../../src/cli/full-screen.ts';
import { FakeInput, FakeOutput } from './fake-terminal.ts';

function open() {
  const output = new FakeOutput();
  const input = new FakeInput();
  const keys: string[] = [];
  let resized = 0;
  const screen = new FullScreen(output, input, {
    key: (key) => keys.push(key),
    resize: () => resized++,
  });
  return { output, input, keys, screen, resized: () => resized };
}

describe('FullScreen', () => {
  it('takes the terminal over and gives all of it back, once', () => {
    const { output, input, screen } = open();
    expect(output.text).toBe('\x1b[?1049h\x1b[?25l');
    expect([input.raw, input.flowing]).toEqual([true, true]);
    screen.leave();
    screen.leave();
    expect(output.text).toBe('\x1b[?1049h\x1b[?25l\x1b[?25h\x1b[?1049l');
    expect([input.raw, input.flowing, input.listenerCount('data')]).toEqual([false, false, 0]);
    expect(output.listenerCount('resize')).toBe(0);
  });

  it('gives it back when the process ends otherwise', () => {
    const { output } = open();
    const onExit = process.listeners('exit').at(-1) as (code: number) => void;
    onExit(1);
    expect(output.text.endsWith('\x1b[?25h\x1b[?1049l')).toBe(true);
    expect(process.listeners('exit')).not.toContain(onExit);
  });

  it('draws over what is there in one write, clearing only what is left of it', () => {
    const { output, screen } = open();
    output.text = '';
    screen.draw(['first', 'second']);
    expect(output.text).toBe('\x1b[?2026h\x1b[Hfirst\x1b[K\r\nsecond\x1b[K\x1b[J\x1b[?2026l');
    expect(output.text).not.toContain('\x1b[2J');
    screen.leave();
    const after = output.text;
    screen.draw(['late']);
    expect(output.text).toBe(after);
  });

  it('hands on keys one by one, and changes of size', () => {
    const { output, input, keys, screen, resized } = open();
    input.type('s ');
    input.type('q');
    output.resize(120, 40);
    expect(keys).toEqual(['s', ' ', 'q']);
    expect([resized(), screen.size]).toEqual([1, { columns: 120, rows: 40 }]);
    output.resize(0, 0);
    expect(screen.size).toEqual({ columns: 80, rows: 24 });
    screen.leave();
  });

  it('reads no keys from what is no terminal', () => {
    const input = new FakeInput();
    input.isTTY = false;
    const screen = new FullScreen(new FakeOutput(), input, { key: () => undefined, resize: () => undefined });
    expect([input.raw, input.flowing, input.listenerCount('data')]).toEqual([false, false, 0]);
    screen.leave();
  });
});
