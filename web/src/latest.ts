// Of several requests for the same part of the page only the latest counts.

export class Latest {
  #current: AbortController | undefined;

  get busy(): boolean {
    return this.#current !== undefined;
  }

  /** Gives up a request under way. Neither `done` nor `fail` is called for one that was given up. */
  async run<T>(
    ask: (signal: AbortSignal) => Promise<T>,
    done: (answer: T) => void,
    fail: (error: unknown) => void,
  ): Promise<void> {
    this.#current?.abort();
    const mine = new AbortController();
    this.#current = mine;
    try {
      const answer = await ask(mine.signal);
      if (this.#current === mine) done(answer);
    } catch (error) {
      if (this.#current === mine) fail(error);
    } finally {
      if (this.#current === mine) this.#current = undefined;
    }
  }
}
