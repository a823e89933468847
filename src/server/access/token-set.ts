// Tokens that are let in, found in a time that tells nothing about them.
import { createHash, timingSafeEqual } from 'node:crypto';
import type { Caller, Scope } from './scope.ts';

export interface Token {
  scope: Scope;
  name: string;
  text: string;
}

interface Entry {
  caller: Caller;
  digest: Buffer;
}

export class TokenSet {
  readonly #entries: readonly Entry[];

  constructor(tokens: readonly Token[]) {
    this.#entries = tokens.map(({ scope, name, text }) => ({
      caller: { name, scope },
      digest: digestOf(text),
    }));
  }

  get size(): number {
    return this.#entries.length;
  }

  /**
   * Every entry is compared with, whole: neither which one it is nor how many first letters are right shows in the
   * time. Digests are of one length, as `timingSafeEqual` wants it, and a token's length does not show either.
   */
  find(text: string): Caller | undefined {
    return this.findDigest(digestOf(text));
  }

  /** Of a token that was presented earlier: undefined once it is in the file no longer. */
  findDigest(digest: Buffer): Caller | undefined {
    let found: Caller | undefined;
    for (const entry of this.#entries) if (timingSafeEqual(entry.digest, digest)) found = entry.caller;
    return found;
  }
}

/** SHA-256: a token is random and long, so that nothing slower is needed. */
export function digestOf(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
