// One line on standard error that says how far something is, while that is a terminal.

/** Often enough to be seen moving. */
const REDRAW_MS = 200;
/** What is over sooner needs no progress. */
const PATIENCE_MS = 500;

export interface ProgressStream {
  isTTY?: boolean;
  write(text: string): unknown;
}

export class ProgressLine {
  readonly #stream: ProgressStream;
  readonly #timer: NodeJS.Timeout | undefined;
  readonly #begunMs = performance.now();
  #shown = false;

  /** `text` is asked at each redraw. Nothing is shown where the stream is no terminal. */
  constructor(text: () => string, stream: ProgressStream = process.stderr) {
    this.#stream = stream;
    if (stream.isTTY !== true) return;
    this.#timer = setInterval(() => {
      if (performance.now() - this.#begunMs < PATIENCE_MS) return;
      this.#shown = true;
      stream.write(`\r${text()}\x1b[K`);
    }, REDRAW_MS);
    this.#timer.unref();
  }

  /** Takes the line away; what is written next begins at the line's start. */
  end(): void {
    clearInterval(this.#timer);
    if (this.#shown) this.#stream.write('\r\x1b[K');
    this.#shown = false;
  }
}

const UNITS = ['B', 'kB', 'MB', 'GB'] as const;

/** `12.3 MB`: decimal units, three digits. */
export function formatBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit === 0 || value >= 99.95 ? Math.round(value) : value.toFixed(1)} ${UNITS[unit]!}`;
}

/** `1,234`. */
export function formatCount(count: number): string {
  return Math.round(count).toLocaleString('en-US');
}
