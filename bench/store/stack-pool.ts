// The stacks of a day: those recorded, and the ones spliced of them as their number is to grow.
import type { Stack } from '../../src/model/stack.ts';
import type { Recording } from './recording.ts';
import { Splicer } from './splice.ts';

export class StackPool {
  /** The recorded ones first; it grows. */
  readonly stacks: Stack[];
  readonly #splicer: Splicer;
  readonly #random: () => number;
  readonly #grownTo: (samples: number) => number;
  /** By recorded stack: what may stand in its place, the earliest (itself) first. */
  readonly #instead: number[][];

  /** `grownTo`: how many distinct stacks there are to be after so many samples. */
  constructor(recording: Recording, grownTo: (samples: number) => number, random: () => number) {
    this.stacks = [...recording.stacks];
    this.#splicer = new Splicer(recording.stacks, programsOf(recording), random);
    this.#random = random;
    this.#grownTo = grownTo;
    this.#instead = recording.stacks.map((_, stack) => [stack]);
  }

  /** For sample number `sample`, which is to have the recorded stack: the number of one in its place. */
  pick(recorded: number, sample: number): number {
    const instead = this.#instead[recorded]!;
    if (this.stacks.length < this.#grownTo(sample)) {
      const stack = this.#splicer.splice(recorded);
      if (stack !== null) {
        instead.push(this.stacks.length);
        return this.stacks.push(stack) - 1;
      }
    }
    // The square prefers what has been there longer: of n, the first has the part 1 ÷ √n.
    return instead[Math.floor(instead.length * this.#random() ** 2)]!;
  }
}

/** Of each recorded stack, the program that it was first met in. */
function programsOf({ samples, stacks, processes }: Recording): string[] {
  const programs = stacks.map(() => '');
  for (let row = samples.length - 1; row >= 0; row--) {
    const { exe, comm } = processes[samples.process[row]!]!;
    programs[samples.stack[row]!] = exe === '' ? comm : exe;
  }
  return programs;
}
