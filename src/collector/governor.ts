// The governor: keeps sampling within its CPU budget by lowering the rate, and says so.

export interface GovernorOptions {
  rateHz: number;
  /** Share of the host's CPU time that sampling may take. */
  budget: number;
  cpus: number;
  setPeriod: (periodNs: number) => void;
}

/** The lowest rate is the configured one divided by this. */
const MAX_SLOWDOWN = 16;
/** Turns above the budget before the rate is halved: a start, or a burst of new programs, is over sooner. */
const HIGH_TURNS = 2;
/** Times the budget that are not waited with. */
const FAR_ABOVE = 4;
/** Turns below a quarter of the budget before the rate doubles again: a rate that swings says nothing. */
const CALM_TURNS = 3;

export interface GovernorState {
  configuredHz: number;
  inForceHz: number;
  /** Share of the host's CPU time that sampling took in the last turn. */
  share: number;
  reason?: string;
}

export class Governor {
  readonly #options: GovernorOptions;
  #slowdown = 1;
  #calm = 0;
  #high = 0;
  #share = 0;
  #before: { cpuNs: number; atMs: number } | null = null;

  constructor(options: GovernorOptions) {
    this.#options = options;
  }

  /** One turn, every 10 s. `cpuNs`: CPU time of sampling so far (BPF program, drain, decoding, the sampler's process). */
  turn(cpuNs: number, nowMs: number): void {
    const before = this.#before;
    this.#before = { cpuNs, atMs: nowMs };
    if (!before || nowMs <= before.atMs) return;
    this.#share = (cpuNs - before.cpuNs) / ((nowMs - before.atMs) * 1e6 * this.#options.cpus);
    const { budget } = this.#options;
    this.#high = this.#share > budget ? this.#high + 1 : 0;
    const tooMuch = this.#high >= HIGH_TURNS || this.#share > FAR_ABOVE * budget;
    if (tooMuch && this.#slowdown < MAX_SLOWDOWN) return this.#slow(this.#slowdown * 2);
    this.#calm = this.#share < budget / 4 ? this.#calm + 1 : 0;
    if (this.#calm >= CALM_TURNS && this.#slowdown > 1) this.#slow(this.#slowdown / 2);
  }

  get state(): GovernorState {
    const { rateHz, budget } = this.#options;
    const state: GovernorState = {
      configuredHz: rateHz,
      inForceHz: rateHz / this.#slowdown,
      share: this.#share,
    };
    if (this.#slowdown > 1) {
      state.reason = `sampling took more than its budget of ${budget * 100} % of the host: 1/${this.#slowdown} of the rate is in force`;
    }
    return state;
  }

  #slow(slowdown: number): void {
    this.#slowdown = slowdown;
    this.#calm = this.#high = 0;
    this.#options.setPeriod(Math.round((1e9 / this.#options.rateHz) * slowdown));
  }
}
