// Alternating rounds: what is measured with a subject on, beside the same with everything off.
//
// The order is A B B A: off, the subject on for two windows, off; then the next subject, which shares the window that
// is off between them. In a cycle every subject has its turn, and the next cycle begins with another one:
//
//   off pl pl off perf perf off bpftrace bpftrace off | perf perf off bpftrace bpftrace off pl pl off | …
//
// A drift of the machine that is even over a cycle's part (heat, a neighbour) adds to one round of the pair what it
// takes from the other, so it cancels in the mean of the two; and it meets all subjects alike.

/** Something that can be switched on; `stop` switches it off and waits until it has ended. */
export interface Subject<S extends { stop(): Promise<unknown> }> {
  name: string;
  start(): Promise<S>;
}

export interface Round<T> {
  subject: string;
  cycle: number;
  off: T;
  on: T;
}

export interface Alternation<S extends { stop(): Promise<unknown> }, T> {
  subjects: readonly Subject<S>[];
  cycles: number;
  measure: () => Promise<T>;
  /** Between `start` and the first window: what a subject does only at its start must not be counted. */
  warmUp: () => Promise<void>;
  /** Between `stop` and the next window. */
  settle: () => Promise<void>;
  onRound?: (round: Round<T>) => void;
  onStopped?: (subject: string, stopped: Awaited<ReturnType<S['stop']>>) => void;
}

/** Two rounds per subject and cycle. */
export async function alternate<S extends { stop(): Promise<unknown> }, T>(
  plan: Alternation<S, T>,
): Promise<Round<T>[]> {
  const { subjects, cycles, measure, onRound } = plan;
  const rounds: Round<T>[] = [];
  let before = await measure();
  for (let cycle = 0; cycle < cycles; cycle++) {
    for (const subject of rotated(subjects, cycle)) {
      const [first, second] = await measureOn(plan, subject);
      await plan.settle();
      const after = await measure();
      const name = subject.name;
      const pair = [
        { subject: name, cycle, off: before, on: first },
        { subject: name, cycle, off: after, on: second },
      ];
      for (const round of pair) onRound?.(round);
      rounds.push(...pair);
      before = after;
    }
  }
  return rounds;
}

async function measureOn<S extends { stop(): Promise<unknown> }, T>(
  { measure, warmUp, onStopped }: Alternation<S, T>,
  subject: Subject<S>,
): Promise<[T, T]> {
  const session = await subject.start();
  let windows: [T, T];
  try {
    await warmUp();
    windows = [await measure(), await measure()];
  } catch (error) {
    await session.stop();
    throw error;
  }
  // On a line of its own: an optional call does not evaluate its arguments when there is nothing to call.
  const stopped = (await session.stop()) as Awaited<ReturnType<S['stop']>>;
  onStopped?.(subject.name, stopped);
  return windows;
}

function rotated<T>(items: readonly T[], by: number): T[] {
  return items.map((_, i) => items[(i + by) % items.length]!);
}
