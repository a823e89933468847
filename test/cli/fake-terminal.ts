// The two streams of a terminal, of which one remembers what was drawn and the other is typed on.
import { EventEmitter } from 'node:events';
import type { ScreenInput, ScreenOutput } from '../../src/cli/full-screen.ts';

export class FakeOutput extends EventEmitter implements ScreenOutput {
  columns = 80;
  rows = 24;
  text = '';

  write(text: string): void {
    this.text += text;
  }

  resize(columns: number, rows: number): void {
    this.columns = columns;
    this.rows = rows;
    this.emit('resize');
  }

  /** Lines of the last drawing. */
  get screen(): string[] {
    const last = this.text.split('\x1b[?2026h\x1b[H').at(-1)!;
    return last
      .split('\x1b[J\x1b[?2026l')[0]!
      .split('\r\n')
      .map((line) => line.replace(/\x1b\[K$/, ''));
  }
}

export class FakeInput extends EventEmitter implements ScreenInput {
  isTTY = true;
  raw = false;
  flowing = false;

  setRawMode(raw: boolean): void {
    this.raw = raw;
  }
  setEncoding(): void {
    // strings are typed
  }
  resume(): void {
    this.flowing = true;
  }
  pause(): void {
    this.flowing = false;
  }
  type(keys: string): void {
    this.emit('data', keys);
  }
}
