// Indexes kept between jobs, least recently used first out, bounded in bytes.

export interface Sized {
  readonly byteLength: number;
}

/** An entry holds while its stamp (what it was made from: size, time of change, …) is the one asked for. */
export class IndexCache<V extends Sized> {
  private readonly maxBytes: number;
  // A Map iterates in the order of insertion: the first key is the least recently used.
  private readonly entries = new Map<string, { stamp: string; value: V; bytes: number }>();
  private bytes = 0;

  constructor(maxBytes: number) {
    this.maxBytes = maxBytes;
  }

  get byteLength(): number {
    return this.bytes;
  }

  get size(): number {
    return this.entries.size;
  }

  get(key: string, stamp: string): V | undefined {
    const entry = this.entries.get(key);
    if (entry === undefined) return undefined;
    if (entry.stamp !== stamp) {
      this.delete(key);
      return undefined;
    }
    this.entries.delete(key);
    this.entries.set(key, entry);
    return entry.value;
  }

  /** A value larger than the whole budget is not kept. One that has grown is to be set again. */
  set(key: string, stamp: string, value: V): void {
    this.delete(key);
    const bytes = costOf(value);
    this.entries.set(key, { stamp, value, bytes });
    this.bytes += bytes;
    for (const oldest of this.entries.keys()) {
      if (this.bytes <= this.maxBytes) break;
      this.delete(oldest);
    }
  }

  private delete(key: string): void {
    const entry = this.entries.get(key);
    if (entry === undefined) return;
    this.entries.delete(key);
    this.bytes -= entry.bytes;
  }
}

/** What an entry takes besides its columns; it bounds the number of empty ones too. */
const ENTRY_BYTES = 512;

function costOf(value: Sized): number {
  return value.byteLength + ENTRY_BYTES;
}
