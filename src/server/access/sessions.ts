// Browsers that have shown a token: they carry a random id instead of it. Kept in memory, so that leaving is final.
import { randomBytes } from 'node:crypto';
import type { Caller } from './scope.ts';
import type { TokenSet } from './token-set.ts';
import { digestOf } from './token-set.ts';

/** A working day; then the token is asked for again. */
export const SESSION_MS = 12 * 3_600_000;
/** Beyond that the oldest ends: 200 bytes each. */
const MAX_SESSIONS = 1000;

interface Session {
  /** Of the token that it began with: a session ends with its token. */
  token: Buffer;
  untilMs: number;
}

export class Sessions {
  readonly #tokens: () => TokenSet;
  readonly #now: () => number;
  /** By digest of the id, oldest first: whoever reads our memory later finds no id to use. */
  readonly #sessions = new Map<string, Session>();

  /** `tokens`: those in force; `now`: ms since the epoch. */
  constructor(tokens: () => TokenSet, now: () => number = Date.now) {
    this.#tokens = tokens;
    this.#now = now;
  }

  /** The id of a new session, or undefined where nobody has that token. */
  begin(token: string): string | undefined {
    if (this.#tokens().find(token) === undefined) return undefined;
    for (const [oldest, { untilMs }] of this.#sessions) {
      if (untilMs > this.#now() && this.#sessions.size < MAX_SESSIONS) break;
      this.#sessions.delete(oldest);
    }
    const id = randomBytes(32).toString('base64url');
    this.#sessions.set(keyOf(id), { token: digestOf(token), untilMs: this.#now() + SESSION_MS });
    return id;
  }

  find(id: string): Caller | undefined {
    const session = this.#sessions.get(keyOf(id));
    if (session === undefined || session.untilMs <= this.#now()) return undefined;
    return this.#tokens().findDigest(session.token);
  }

  end(id: string): void {
    this.#sessions.delete(keyOf(id));
  }
}

/** Looking a digest up tells nothing of the id by its time. */
function keyOf(id: string): string {
  return digestOf(id).toString('base64');
}
