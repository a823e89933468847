// Who may run a statement: a few at once, a few more that wait for their turn; others are told to come back.
import { SqlError } from './sql-error.ts';

interface Waiting {
  enter: () => void;
}

export class Turns {
  readonly #limits: { running: number; waiting: number };
  #running = 0;
  readonly #waiting: Waiting[] = [];

  constructor(limits: { running: number; waiting: number }) {
    this.#limits = limits;
  }

  /** Rejects with a SqlError of kind 'busy' where the queue is full, 'left' where the signal comes before the turn. */
  async take<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    if (signal.aborted) throw left();
    if (this.#running < this.#limits.running) this.#running++;
    else await this.#wait(signal);
    try {
      return await work();
    } finally {
      // The turn goes straight to who waits longest.
      const next = this.#waiting.shift();
      if (next === undefined) this.#running--;
      else next.enter();
    }
  }

  #wait(signal: AbortSignal): Promise<void> {
    const { running, waiting } = this.#limits;
    if (this.#waiting.length >= waiting) {
      const error = new SqlError('busy', `${running} statements run and ${waiting} wait already`, {
        hint: 'try again in some seconds',
      });
      return Promise.reject(error);
    }
    return new Promise((resolve, reject) => {
      const leave = () => {
        this.#waiting.splice(this.#waiting.indexOf(entry), 1);
        reject(left());
      };
      const entry: Waiting = {
        enter: () => {
          signal.removeEventListener('abort', leave);
          resolve();
        },
      };
      signal.addEventListener('abort', leave, { once: true });
      this.#waiting.push(entry);
    });
  }
}

function left(): SqlError {
  return new SqlError('left', 'the request was given up');
}
