// Processes that come and go: a host's worth of them, each replaced by another when it ends.
import type { Program } from './programs.ts';

export interface LivingProcess {
  /** Counted from 0, never used again. */
  serial: number;
  pid: number;
  program: Program;
  uid: number;
  /** CLOCK_BOOTTIME, ns: what tells holders of one pid apart. */
  startNs: number;
  endsAtNs: number;
}

export interface PopulationOptions {
  processes: number;
  /** Mean, s; lives are spread evenly between none and twice that. */
  lifeSeconds: number;
  programs: readonly Program[];
  random: () => number;
}

/** Pids of what no side-band record has told of. */
const FIRST_PID = 1000;
const MAX_PID = 4_194_304;
const USERS = 20;

export class Population {
  readonly #options: PopulationOptions;
  readonly #living: LivingProcess[] = [];
  #serial = 0;

  constructor(options: PopulationOptions) {
    this.#options = options;
  }

  get living(): readonly LivingProcess[] {
    return this.#living;
  }

  /** Brings it to its full number, and replaces those whose time is over; tells of each in turn. */
  renew(
    nowNs: number,
    onEnd: (process: LivingProcess) => void,
    onBegin: (process: LivingProcess) => void,
  ): void {
    for (let place = 0; place < this.#options.processes; place++) {
      const process = this.#living[place];
      if (process !== undefined && process.endsAtNs > nowNs) continue;
      if (process !== undefined) onEnd(process);
      const next = this.#begin(nowNs);
      this.#living[place] = next;
      onBegin(next);
    }
  }

  #begin(nowNs: number): LivingProcess {
    const { programs, random, lifeSeconds } = this.#options;
    const serial = this.#serial++;
    const program = programs[Math.floor(random() * programs.length)]!;
    return {
      ...{ serial, program },
      pid: FIRST_PID + (serial % (MAX_PID - FIRST_PID)),
      uid: 1000 + (serial % USERS),
      startNs: Math.floor(nowNs),
      endsAtNs: nowNs + 2e9 * lifeSeconds * random(),
    };
  }
}
