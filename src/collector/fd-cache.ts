// Keeps descriptors of files used lately open, a bounded number, without closing one that is in use.
import type { ObjectId } from '../model/code-object.ts';
import type { OpenedObject } from '../model/object-source.ts';

interface Entry {
  opened: OpenedObject;
  users: number;
  evicted: boolean;
}

export class FdCache {
  readonly #limit: number;
  readonly #entries = new Map<ObjectId, Entry>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Takes ownership. */
  keep(id: ObjectId, opened: OpenedObject): void {
    const old = this.#entries.get(id);
    if (old) this.#evict(id, old);
    this.#entries.set(id, { opened, users: 0, evicted: false });
    for (const [oldest, entry] of this.#entries) {
      if (this.#entries.size <= this.#limit) break;
      this.#evict(oldest, entry);
    }
  }

  /** A handle whose `close` gives the descriptor back. */
  use(id: ObjectId): OpenedObject | null {
    const entry = this.#entries.get(id);
    if (!entry) return null;
    this.#entries.delete(id);
    this.#entries.set(id, entry); // most recently used last
    entry.users++;
    return {
      ok: true,
      fd: entry.opened.fd,
      close: () => {
        entry.users--;
        if (entry.evicted && entry.users === 0) entry.opened.close();
      },
    };
  }

  close(): void {
    for (const [id, entry] of this.#entries) this.#evict(id, entry);
  }

  #evict(id: ObjectId, entry: Entry): void {
    this.#entries.delete(id);
    entry.evicted = true;
    if (entry.users === 0) entry.opened.close();
  }
}
