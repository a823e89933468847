// Runs a route's work in its turn and up to its deadline.
import type { MiddlewareHandler } from 'hono';
import { policyOf } from '../access/route-policies.ts';
import { ApiError } from '../errors.ts';
import type { WorkGate } from './work-gate.ts';

export interface WorkGates {
  heavy: WorkGate;
  light: WorkGate;
}

export function boundedWork(gates: WorkGates): MiddlewareHandler {
  return async (c, next) => {
    const { cost, deadlineMs } = policyOf(c);
    // What runs on after its deadline keeps its place: the limit is of work, not of answers.
    const work = cost === 'none' ? next() : gates[cost].run(next, c.req.raw.signal);
    await (deadlineMs === null ? work : withDeadline(work, deadlineMs));
  };
}

/** Rejects with the ApiError that is the answer, once `work` has taken so long. */
export async function withDeadline(work: Promise<void>, deadlineMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(tooLate(deadlineMs)), deadlineMs);
  });
  // Nobody waits for it any longer once it is late; hono has made an answer of what fails in a route.
  work.catch(() => undefined);
  try {
    await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

function tooLate(deadlineMs: number): ApiError {
  return new ApiError(
    503,
    'too_slow',
    `there was no answer within ${deadlineMs / 1000} s`,
    'ask for a shorter window or a narrower selector',
  );
}
