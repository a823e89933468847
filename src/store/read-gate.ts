// Who may use the database instance: a few readers and one piece of upkeep at once, or one that replaces the instance.
// First come, first served.

/** Readers beyond this wait: each may hold large intermediate results and occupies a thread of libuv's pool. */
const MAX_READERS = 2;

/** How many of a kind may be inside at once. Upkeep reads for seconds: questions do not wait for it, nor it for them. */
const PLACES = { reader: MAX_READERS, upkeep: 1 } as const;
type Kind = keyof typeof PLACES;

export class ReadGate {
  readonly #inside: Record<Kind, number> = { reader: 0, upkeep: 0 };
  #exclusive = false;
  readonly #waiting: { kind: Kind | 'exclusive'; enter: () => void }[] = [];
  /** The work of all who are inside; none of these promises rejects. */
  readonly #work = new Set<Promise<unknown>>();

  async shared<T>(work: () => Promise<T>, kind: Kind = 'reader'): Promise<T> {
    await this.#enter(kind);
    const running = work();
    const settled = running.catch(() => undefined);
    this.#work.add(settled);
    try {
      return await running;
    } finally {
      this.#work.delete(settled);
      this.#inside[kind]--;
      this.#admitWaiting();
    }
  }

  /** Waits until all others have left; later ones wait in turn. */
  async exclusive<T>(work: () => Promise<T>): Promise<T> {
    await this.#enter('exclusive');
    try {
      return await work();
    } finally {
      this.#exclusive = false;
      this.#admitWaiting();
    }
  }

  /** Resolves when all who are inside now have left. Whoever comes later may be inside then. */
  async left(): Promise<void> {
    await Promise.all(this.#work);
  }

  #enter(kind: Kind | 'exclusive'): Promise<void> {
    return new Promise((enter) => {
      this.#waiting.push({ kind, enter });
      this.#admitWaiting();
    });
  }

  #admitWaiting(): void {
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      const { reader, upkeep } = this.#inside;
      const free =
        next.kind === 'exclusive' ? reader + upkeep === 0 : this.#inside[next.kind] < PLACES[next.kind];
      if (this.#exclusive || !free) return;
      if (next.kind === 'exclusive') this.#exclusive = true;
      else this.#inside[next.kind]++;
      this.#waiting.shift();
      next.enter();
    }
  }
}
