// Lets a few requests work at once. Others wait in turn, not many and not long; the rest are told to come again.
import { ApiError } from '../errors.ts';
import type { GateLimits } from './server-limits.ts';

/** About what the requests that wait already take. */
const RETRY_AFTER_SECONDS = 5;

interface Waiting {
  enter: () => void;
}

export class WorkGate {
  readonly #limits: GateLimits;
  readonly #what: string;
  #running = 0;
  /** First come, first served. */
  readonly #waiting = new Set<Waiting>();

  /** `what` runs, as the refusal names it. */
  constructor(what: string, limits: GateLimits) {
    this.#what = what;
    this.#limits = limits;
  }

  /** Rejects with the ApiError that is the answer where there is no place, and where the client left meanwhile. */
  async run<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    await this.#enter(signal);
    try {
      return await work();
    } finally {
      this.#leave();
    }
  }

  #enter(signal: AbortSignal | undefined): Promise<void> {
    const { atOnce, waiting, waitMs } = this.#limits;
    if (this.#running < atOnce) {
      this.#running++;
      return Promise.resolve();
    }
    if (this.#waiting.size >= waiting) return Promise.reject(this.#busy());
    return new Promise((resolve, reject) => {
      const done = (act: () => void) => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', leave);
        this.#waiting.delete(place);
        act();
      };
      const place: Waiting = { enter: () => done(resolve) };
      const leave = () => done(() => reject(new ApiError(503, 'client_left', 'the client left')));
      const timer = setTimeout(() => done(() => reject(this.#busy())), waitMs);
      signal?.addEventListener('abort', leave);
      this.#waiting.add(place);
    });
  }

  /** The place goes to the next that waits. */
  #leave(): void {
    const [next] = this.#waiting;
    if (next === undefined) this.#running--;
    else next.enter();
  }

  #busy(): ApiError {
    const { atOnce, waiting, waitMs } = this.#limits;
    return new ApiError(
      503,
      'busy',
      `the server is busy with other requests for ${this.#what}`,
      `${atOnce} run at once, ${waiting} wait for up to ${waitMs / 1000} s; ask again, or for less`,
      RETRY_AFTER_SECONDS,
    );
  }
}
