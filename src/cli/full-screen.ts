// A terminal taken over: the alternate screen (xterm's control sequences), keys one by one, and all of it given back on
// every way out.
import { onWayOut } from './way-out.ts';

/** What is used of process.stdout and process.stdin. */
export interface ScreenOutput {
  columns?: number;
  rows?: number;
  write(text: string): unknown;
  on(event: 'resize', listener: () => void): unknown;
  off(event: 'resize', listener: () => void): unknown;
}
export interface ScreenInput {
  isTTY?: boolean;
  setRawMode?(raw: boolean): unknown;
  setEncoding(encoding: 'utf8'): unknown;
  resume(): unknown;
  pause(): unknown;
  on(event: 'data', listener: (keys: string) => void): unknown;
  off(event: 'data', listener: (keys: string) => void): unknown;
}

const ENTER = '\x1b[?1049h\x1b[?25l'; // alternate screen, cursor hidden
const LEAVE = '\x1b[?25h\x1b[?1049l';
/** Terminals that know synchronized updates show what is between at once; the others ignore the marks. */
const BEGIN_UPDATE = '\x1b[?2026h\x1b[H';
const END_UPDATE = '\x1b[J\x1b[?2026l';
const CLEAR_TO_LINE_END = '\x1b[K';
export interface ScreenSize {
  columns: number;
  rows: number;
}

/** A pseudo-terminal that nobody has given a size says 0. */
export function screenSize({ columns, rows }: { columns?: number; rows?: number }): ScreenSize {
  return { columns: columns || 80, rows: rows || 24 };
}

export interface ScreenEvents {
  key: (key: string) => void;
  resize: () => void;
}

export class FullScreen {
  readonly #output: ScreenOutput;
  readonly #input: ScreenInput;
  readonly #events: ScreenEvents;
  readonly #forget: () => void;
  readonly #onKeys = (keys: string): void => {
    for (const key of keys) this.#events.key(key);
  };
  #entered = true;

  constructor(output: ScreenOutput, input: ScreenInput, events: ScreenEvents) {
    this.#output = output;
    this.#input = input;
    this.#events = events;
    this.#forget = onWayOut(() => this.leave());
    output.write(ENTER);
    output.on('resize', events.resize);
    if (input.isTTY !== true) return;
    input.setRawMode?.(true);
    input.setEncoding('utf8');
    input.on('data', this.#onKeys);
    input.resume();
  }

  get size(): ScreenSize {
    return screenSize(this.#output);
  }

  /** Overwrites what is there, without clearing it first: nothing flickers. Lines must fit. */
  draw(lines: readonly string[]): void {
    if (!this.#entered) return;
    const text = lines.map((line) => line + CLEAR_TO_LINE_END).join('\r\n');
    this.#output.write(BEGIN_UPDATE + text + END_UPDATE);
  }

  /** Gives the terminal back as it was. May be called again. */
  leave(): void {
    if (!this.#entered) return;
    this.#entered = false;
    this.#forget();
    this.#output.off('resize', this.#events.resize);
    this.#input.off('data', this.#onKeys);
    if (this.#input.isTTY === true) {
      this.#input.setRawMode?.(false);
      this.#input.pause();
    }
    this.#output.write(LEAVE);
  }
}
