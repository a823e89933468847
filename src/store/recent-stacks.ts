// DecodedStacks between questions: kept for a while, within a bound, and true to the names that are stored.
import { DecodedStacks } from './decoded-stacks.ts';
import { highWord, lowWord } from './id-index.ts';

/** A day of two busy CPUs has 200,000 stacks of 40 frames. */
const MAX_BYTES = 96 * 2 ** 20;
/** Nobody has asked for so long: what nobody looks at takes no memory. */
const IDLE_MS = 120_000;

/** What one question sees. */
export interface StacksInUse {
  decoded: DecodedStacks;
  /** False once names were stored that its transaction may not see. */
  upToDate: () => boolean;
}

export class RecentStacks {
  readonly #maxBytes: number;
  #recent = new DecodedStacks();
  /** Raised by whatever changes stored names. */
  #version = 0;
  #users = 0;
  #idle: NodeJS.Timeout | undefined;

  constructor(maxBytes = MAX_BYTES) {
    this.#maxBytes = maxBytes;
  }

  get bytes(): number {
    return this.#recent.bytes;
  }

  /** To be called before the transaction of the question begins. */
  async use<T>(question: (inUse: StacksInUse) => Promise<T>): Promise<T> {
    clearTimeout(this.#idle);
    this.#users++;
    const version = this.#version;
    try {
      return await question({
        decoded: this.#recent,
        upToDate: () => version === this.#version,
      });
    } finally {
      this.#users--;
      if (this.#recent.bytes > this.#maxBytes) this.#recent = new DecodedStacks();
      if (this.#users === 0) this.#idle = setTimeout(() => this.forget(), IDLE_MS).unref();
    }
  }

  /** After they were stored, or may have been. */
  renamed(locations: Iterable<bigint>): void {
    this.#version++;
    for (const id of locations) this.#recent.forgetNames(lowWord(id), highWord(id));
  }

  /** What is stored of stacks or locations has changed in other ways. */
  forget(): void {
    clearTimeout(this.#idle);
    this.#version++;
    this.#recent = new DecodedStacks();
  }
}
