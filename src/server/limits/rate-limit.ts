// Refuses clients that ask too often.
import type { MiddlewareHandler } from 'hono';
import { clientAddress } from '../client-connection.ts';
import { ApiError, refuse } from '../errors.ts';
import type { TokenBuckets } from './token-buckets.ts';

export function rateLimit(buckets: TokenBuckets, perSecond: number): MiddlewareHandler {
  const hint = `at most ${perSecond} requests a second are answered to one address`;
  return async (c, next) => {
    const waitSeconds = buckets.take(clientAddress(c));
    if (waitSeconds === 0) return next();
    return refuse(c, new ApiError(429, 'too_many_requests', 'too many requests', hint, waitSeconds));
  };
}
