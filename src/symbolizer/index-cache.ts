// Indexes kept between jobs, least recently used first out, bounded in bytes.

export interface Sized {
  readonly byteLength: number;
}

/** Who works with a value takes it out, and sets it again afterwards: it may have grown. */
export class IndexCache<V extends Sized> {
  private readonly maxBytes: number;
  private readonly dropped: (value: V) => void;
  // A Map iterates in the order of insertion: the first key is the least recently used.
  private readonly entries = new Map<string, { value: V; bytes: number }>();
  private bytes = 0;

  /** `dropped` is told of values that are not kept. */
  constructor(maxBytes: number, dropped: (value: V) => void = () => undefined) {
    this.maxBytes = maxBytes;
    this.dropped = dropped;
  }

  get byteLength(): number {
    return this.bytes;
  }

  get size(): number {
    return this.entries.size;
  }

  /** It is the caller's from now on. */
  take(key: string): V | undefined {
    const entry = this.entries.get(key);
    if (entry === undefined) return undefined;
    this.entries.delete(key);
    this.bytes -= entry.bytes;
    return entry.value;
  }

  /** A value larger than the whole budget is not kept. */
  set(key: string, value: V): void {
    this.drop(key);
    const bytes = value.byteLength + ENTRY_BYTES;
    this.entries.set(key, { value, bytes });
    this.bytes += bytes;
    for (const oldest of this.entries.keys()) {
      if (this.bytes <= this.maxBytes) break;
      this.drop(oldest);
    }
  }

  private drop(key: string): void {
    const value = this.take(key);
    if (value !== undefined) this.dropped(value);
  }
}

/** What an entry takes besides its columns; it bounds the number of empty ones too. */
const ENTRY_BYTES = 512;
