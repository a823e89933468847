// How often each client may ask: a bucket of tokens per address, filled steadily.
import { isIPv6 } from 'node:net';

/** A bucket that has not been used for the time it takes to fill is as good as a new one: few are kept. */
const MAX_BUCKETS = 10_000;

interface Bucket {
  tokens: number;
  atMs: number;
}

export class TokenBuckets {
  readonly #perMs: number;
  readonly #burst: number;
  readonly #now: () => number;
  /** Least recently used first. */
  readonly #buckets = new Map<string, Bucket>();

  /** `now`: ms of a clock that does not jump. */
  constructor(perSecond: number, burst: number, now: () => number = () => performance.now()) {
    this.#perMs = perSecond / 1000;
    this.#burst = burst;
    this.#now = now;
  }

  /** 0 where the request may pass; else the seconds until there is a token for it. */
  take(address: string): number {
    const bucket = this.#bucketOf(keyOf(address));
    if (bucket.tokens < 1) return Math.ceil((1 - bucket.tokens) / this.#perMs / 1000);
    bucket.tokens -= 1;
    return 0;
  }

  /** Takes some without asking; a bucket is never emptier than empty. */
  charge(address: string, tokens: number): void {
    const bucket = this.#bucketOf(keyOf(address));
    bucket.tokens = Math.max(0, bucket.tokens - tokens);
  }

  #bucketOf(key: string): Bucket {
    const nowMs = this.#now();
    const bucket = this.#buckets.get(key) ?? { tokens: this.#burst, atMs: nowMs };
    bucket.tokens = Math.min(this.#burst, bucket.tokens + (nowMs - bucket.atMs) * this.#perMs);
    bucket.atMs = nowMs;
    this.#buckets.delete(key);
    this.#buckets.set(key, bucket);
    if (this.#buckets.size > MAX_BUCKETS) this.#buckets.delete(this.#buckets.keys().next().value!);
    return bucket;
  }
}

/** Whoever has one IPv6 address has the 2^64 of its network. */
function keyOf(address: string): string {
  if (!isIPv6(address)) return address;
  const [head = '', tail] = address.split('%')[0]!.split('::');
  const left = head === '' ? [] : head.split(':');
  const missing = tail === undefined ? 0 : 8 - left.length - (tail === '' ? 0 : tail.split(':').length);
  return [...left, ...Array<string>(missing).fill('0')].slice(0, 4).join(':');
}
