// Notices that the wall clock was set: samples carry its times, and what is deleted by age must not go by a wrong one.

/** Less is slewing, and the time that a look takes. */
const JUMP_MS = 60_000;
/** A clock that was set forward by more may be wrong: it is trusted with deleting after this time. */
const DOUBTFUL_MS = 600_000;
const DOUBT_FOR_MS = 86_400_000;
/** Where the last sample is older when we start, the host was off for long, or its clock is wrong. */
const LONG_AGO_MS = 86_400_000;

/** Times: ms of the wall clock, and of one that is never set (`performance.now`). */
export class ClockWatch {
  #offsetMs: number;
  #doubtUntilMs = -Infinity;

  /** `newestMs`: when the last stored sample was taken; null where there is none. */
  constructor(wallMs: number, steadyMs: number, newestMs: number | null) {
    this.#offsetMs = wallMs - steadyMs;
    if (newestMs !== null && wallMs - newestMs > LONG_AGO_MS) this.#doubtUntilMs = steadyMs + DOUBT_FOR_MS;
  }

  /** To be called every few minutes; answers what to say where the clock was set since the last look, else null. */
  look(wallMs: number, steadyMs: number): string | null {
    const jumpMs = wallMs - steadyMs - this.#offsetMs;
    this.#offsetMs = wallMs - steadyMs;
    if (Math.abs(jumpMs) < JUMP_MS) return null;
    const doubtful = jumpMs > DOUBTFUL_MS;
    if (doubtful) this.#doubtUntilMs = steadyMs + DOUBT_FOR_MS;
    const seconds = Math.round(Math.abs(jumpMs) / 1000);
    const direction = jumpMs > 0 ? 'forward' : 'back';
    const deletion = doubtful ? '; nothing is deleted for its age for 24 h' : '';
    return `the clock was set ${direction} by ${seconds} s: samples before keep the times they have${deletion}`;
  }

  /** Whether ages are to be doubted now. */
  doubtful(steadyMs: number): boolean {
    return steadyMs < this.#doubtUntilMs;
  }
}
