// Refused tokens in the log: a line at most every ten seconds, however many there are.
import type { ServerLog } from '../service.ts';

const EVERY_MS = 10_000;

export class RefusalLog {
  readonly #log: ServerLog;
  readonly #now: () => number;
  #toldMs = -Infinity;
  #untold = 0;

  /** `now`: ms of a clock that does not jump. */
  constructor(log: ServerLog, now: () => number = () => performance.now()) {
    this.#log = log;
    this.#now = now;
  }

  note(address: string, path: string): void {
    if (this.#now() - this.#toldMs < EVERY_MS) {
      this.#untold++;
      return;
    }
    this.#log.warn({ address, path: path.slice(0, 200), before: this.#untold }, 'a token was refused');
    this.#toldMs = this.#now();
    this.#untold = 0;
  }
}
