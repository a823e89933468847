// Runs a route's work in its turn and up to its deadline.
import type { MiddlewareHandler } from 'hono';
import { policyOf } from '../access/route-policies.ts';
import { ApiError } from '../errors.ts';
import { SharedAnswers } from './shared-answers.ts';
import type { WorkGate } from './work-gate.ts';

export interface WorkGates {
  heavy: WorkGate;
  light: WorkGate;
}

export function boundedWork(gates: WorkGates): MiddlewareHandler {
  const shared = new SharedAnswers();
  return async (c, next) => {
    const { cost, deadlineMs, audit } = policyOf(c);
    // What runs on after its deadline keeps its place: the limit is of work, not of answers.
    const work = async (): Promise<Response | undefined> => {
      if (cost === 'none') await next();
      // The audit log tells of each request what it was answered; a body is not part of what is compared.
      else if (audit !== undefined || c.req.method !== 'GET') await gates[cost].run(next, c.req.raw.signal);
      else return shared.run(c, next, gates[cost]);
      return undefined;
    };
    return deadlineMs === null ? work() : withDeadline(work(), deadlineMs);
  };
}

/** Rejects with the ApiError that is the answer, once `work` has taken so long. */
export async function withDeadline<T>(work: Promise<T>, deadlineMs: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(tooLate(deadlineMs)), deadlineMs);
  });
  // Nobody waits for it any longer once it is late; hono has made an answer of what fails in a route.
  work.catch(() => undefined);
  try {
    return await Promise.race([work, late]);
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
