// The processes of a day: a process that began while it was recorded is another one in every round.
import type { ProcessInfo } from '../../src/model/process.ts';
import { processId } from '../../src/model/process.ts';
import type { Recording } from './recording.ts';

/** The kernel's default of pid_max on 64-bit machines. */
const MAX_PID = 4_194_304;
const FIRST_PID = 300_000;
/** A process is first sampled some ms after its start. */
const BEFORE_SAMPLE_MS = 10;

export interface DayProcess {
  /** Counted from 0. */
  number: number;
  info: ProcessInfo;
  /** To be added to the thread ids that were recorded. */
  tidShift: number;
}

export class ProcessRounds {
  readonly #recording: Recording;
  /** By index of the recorded process; in every round, those that began in it are new. */
  #ofRound: (DayProcess | undefined)[] = [];
  #count = 0;

  constructor(recording: Recording) {
    this.#recording = recording;
  }

  nextRound(): void {
    this.#ofRound = this.#ofRound.map((process, index) => (this.#lasts(index) ? process : undefined));
  }

  /** `timeMs`: of the sample that it is asked for. */
  of(index: number, timeMs: number): DayProcess {
    return (this.#ofRound[index] ??= this.#begin(index, timeMs));
  }

  #lasts(index: number): boolean {
    const { processes, startedMs } = this.#recording;
    return processes[index]!.startMs < startedMs;
  }

  #begin(index: number, timeMs: number): DayProcess {
    const recorded = this.#recording.processes[index]!;
    const number = this.#count++;
    if (this.#lasts(index)) return { number, info: recorded, tidShift: 0 };
    const pid = FIRST_PID + (number % (MAX_PID - FIRST_PID));
    const startMs = Math.floor(timeMs) - BEFORE_SAMPLE_MS;
    const id = processId('bench', pid, startMs, recorded.comm);
    return { number, info: { ...recorded, id, pid, startMs }, tidShift: pid - recorded.pid };
  }
}
