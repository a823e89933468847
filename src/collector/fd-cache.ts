// Keeps descriptors of files used lately open, a bounded number, without closing one that is in use.
import type { OpenedObject } from '../model/object-source.ts';

interface Entry {
  opened: OpenedObject;
  bytes: number;
  users: number;
  evicted: boolean;
}

export class FdCache<K> {
  readonly #limit: number;
  readonly #maxBytes: number;
  readonly #entries = new Map<K, Entry>();
  #bytes = 0;

  /** `maxBytes`: of memory behind the descriptors; without meaning for files that lie on a disk. */
  constructor(limit: number, maxBytes = Infinity) {
    this.#limit = limit;
    this.#maxBytes = maxBytes;
  }

  /** Takes ownership. The entry itself stays, however large. */
  keep(key: K, opened: OpenedObject, bytes = 0): void {
    const old = this.#entries.get(key);
    if (old) this.#evict(key, old);
    this.#entries.set(key, { opened, bytes, users: 0, evicted: false });
    this.#bytes += bytes;
    for (const [oldest, entry] of this.#entries) {
      if ((this.#entries.size <= this.#limit && this.#bytes <= this.#maxBytes) || oldest === key) break;
      this.#evict(oldest, entry);
    }
  }

  /** A handle whose `close` gives the descriptor back. */
  use(key: K): OpenedObject | null {
    const entry = this.#entries.get(key);
    if (!entry) return null;
    this.#entries.delete(key);
    this.#entries.set(key, entry); // most recently used last
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
    for (const [key, entry] of this.#entries) this.#evict(key, entry);
  }

  #evict(key: K, entry: Entry): void {
    this.#entries.delete(key);
    this.#bytes -= entry.bytes;
    entry.evicted = true;
    if (entry.users === 0) entry.opened.close();
  }
}
