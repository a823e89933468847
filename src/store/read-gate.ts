// Who may use the database instance: a few readers at once, or one that replaces it. First come, first served.

/** Readers beyond this wait: each may hold large intermediate results and occupies a thread of libuv's four. */
const MAX_READERS = 2;

export class ReadGate {
  #readers = 0;
  #exclusive = false;
  readonly #waiting: { exclusive: boolean; enter: () => void }[] = [];

  async shared<T>(work: () => Promise<T>): Promise<T> {
    await this.#enter(false);
    try {
      return await work();
    } finally {
      this.#readers--;
      this.#admitWaiting();
    }
  }

  /** Waits until all readers have left; later ones wait in turn. */
  async exclusive<T>(work: () => Promise<T>): Promise<T> {
    await this.#enter(true);
    try {
      return await work();
    } finally {
      this.#exclusive = false;
      this.#admitWaiting();
    }
  }

  #enter(exclusive: boolean): Promise<void> {
    return new Promise((enter) => {
      this.#waiting.push({ exclusive, enter });
      this.#admitWaiting();
    });
  }

  #admitWaiting(): void {
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      const free = next.exclusive ? this.#readers === 0 : this.#readers < MAX_READERS;
      if (this.#exclusive || !free) return;
      if (next.exclusive) this.#exclusive = true;
      else this.#readers++;
      this.#waiting.shift();
      next.enter();
    }
  }
}
