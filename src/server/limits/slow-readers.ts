// Answers that clients take too slowly: each is held in memory until it is taken, so clients that stall are dropped.
import type { ServerResponse } from 'node:http';
import type { ServerLimits } from './server-limits.ts';

type SendLimits = Pick<ServerLimits, 'stalledMs' | 'sendMs' | 'unsentBytes'>;

export class SlowReaders {
  readonly #limits: SendLimits;
  /** Bytes of each answer that is being sent, oldest first. */
  readonly #sending = new Map<ServerResponse, number>();
  #bytes = 0;

  constructor(limits: SendLimits) {
    this.#limits = limits;
  }

  /** From here on it is the client's turn. */
  watch(outgoing: ServerResponse): void {
    const { stalledMs, sendMs } = this.#limits;
    if (outgoing.socket === null || outgoing.destroyed) return;
    this.#sending.set(outgoing, 0);
    // Node notices progress of what was written, and destroys the socket when there is none for that long.
    outgoing.socket.setTimeout(stalledMs);
    const deadline = setTimeout(() => this.#drop(outgoing), sendMs);
    outgoing.once('close', () => {
      clearTimeout(deadline);
      this.#forget(outgoing);
    });
  }

  /** All of the answer has been written; what the client has not taken of it by now stays in memory until it has. */
  written(outgoing: ServerResponse): void {
    if (!this.#sending.has(outgoing)) return;
    this.#sending.set(outgoing, outgoing.writableLength);
    this.#bytes += outgoing.writableLength;
    // The newest stays: an answer may be larger than the bound where it is alone.
    const holding = [...this.#sending].filter(([, bytes]) => bytes > 0).map(([each]) => each);
    for (const oldest of holding.slice(0, -1)) if (this.#bytes > this.#limits.unsentBytes) this.#drop(oldest);
  }

  #drop(outgoing: ServerResponse): void {
    this.#forget(outgoing);
    outgoing.destroy();
  }

  #forget(outgoing: ServerResponse): void {
    this.#bytes -= this.#sending.get(outgoing) ?? 0;
    this.#sending.delete(outgoing);
  }
}
