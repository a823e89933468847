// Keeps the store in order beside sampling: seals, rolls up, deletes, step by step.
import type { ProfileStore, UpkeepPolicy } from '../store/profile-store.ts';
import { ClockWatch } from './clock-watch.ts';

/** From the start, and from the end of one round to the next. An hour is sealed within this time after its end. */
const ROUND_MS = 300_000;
/** Between two steps: those who wait for the disk and the database come first. */
const PAUSE_MS = 500;
/** Definitions that nothing refers to are looked for so often, where blocks were deleted. */
const SWEEP_MS = 86_400_000;

export interface UpkeepParts {
  store: Pick<ProfileStore, 'maintain' | 'sweep' | 'usage'>;
  policy: UpkeepPolicy;
  /**
   * Lets later batches define again what they refer to, and has earlier ones stored; false where that did not succeed.
   */
  forgetDefinitions: () => Promise<boolean>;
  tell: (line: string) => void;
  /** For tests: the wall clock, one that is never set, and the pause between steps, ms. */
  wallMs?: () => number;
  steadyMs?: () => number;
  pauseMs?: number;
}

export class Upkeep {
  readonly #parts: Required<UpkeepParts>;
  #clock: ClockWatch | null = null;
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;
  #round: Promise<void> = Promise.resolve();
  #deletedSinceSweep = false;
  #sweptMs: number;
  /** Why the last round ended early; null when it did not. */
  lastError: string | null = null;

  constructor(parts: UpkeepParts) {
    this.#parts = {
      wallMs: () => Date.now(),
      steadyMs: () => performance.now(),
      pauseMs: PAUSE_MS,
      ...parts,
    };
    // The first sweep is not at once: a daemon that is restarted often would name everything again each time.
    this.#sweptMs = this.#parts.steadyMs();
  }

  /** A round every few minutes from now on, until `stop`. */
  start(): void {
    this.#timer = setTimeout(() => {
      void this.round().then(() => {
        if (!this.#stopped) this.start();
      });
    }, ROUND_MS);
    this.#timer.unref();
  }

  /** Resolves when the step that is under way has ended. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#round;
  }

  /** All that there is to do now. Never rejects: a failure is told, kept in `lastError`, and tried again in the next round. */
  round(): Promise<void> {
    this.#round = this.#round.then(() => this.#run());
    return this.#round;
  }

  async #run(): Promise<void> {
    try {
      await this.#lookAtClock();
      while (!this.#stopped && (await this.#step())) await this.#pause();
      if (!this.#stopped) await this.#sweepIfDue();
      this.lastError = null;
    } catch (error) {
      if (this.#stopped) return; // cut short by the end of the store
      const message = error instanceof Error ? error.message : String(error);
      if (message !== this.lastError)
        this.#parts.tell(`upkeep of the store failed, and is tried again: ${message}`);
      this.lastError = message;
    }
  }

  async #lookAtClock(): Promise<void> {
    const { wallMs, steadyMs, store, tell } = this.#parts;
    this.#clock ??= new ClockWatch(wallMs(), steadyMs(), (await store.usage()).newestMs);
    const jump = this.#clock.look(wallMs(), steadyMs());
    if (jump !== null) tell(jump);
  }

  /** False where there was nothing to do. */
  async #step(): Promise<boolean> {
    const { store, policy, tell, wallMs, steadyMs } = this.#parts;
    const holdAge = this.#clock!.doubtful(steadyMs());
    const step = await store.maintain(wallMs(), { ...policy, holdAge });
    if (step === null) return false;
    tell(step.what);
    if (step.did === 'deleted') this.#deletedSinceSweep = true;
    return true;
  }

  async #sweepIfDue(): Promise<void> {
    const { store, forgetDefinitions, tell, steadyMs } = this.#parts;
    if (!this.#deletedSinceSweep || steadyMs() - this.#sweptMs < SWEEP_MS) return;
    if (!(await forgetDefinitions())) return;
    const swept = await store.sweep();
    this.#sweptMs = steadyMs();
    this.#deletedSinceSweep = false;
    tell(`${swept} definitions that no stored sample refers to were deleted`);
  }

  #pause(): Promise<void> {
    return new Promise((resume) => setTimeout(resume, this.#parts.pauseMs));
  }
}
