// Bounds what a request may carry. Only routes whose policy says so take a body at all, and its length must be told:
// then nothing of one that is too large is read.
import type { Context, MiddlewareHandler } from 'hono';
import { policyOf } from '../access/route-policies.ts';
import { ApiError, refuse } from '../errors.ts';

export function limitBody(): MiddlewareHandler {
  return async (c, next) => {
    const fault = faultOf(c, policyOf(c).maxBodyBytes);
    return fault === null ? next() : refuse(c, fault);
  };
}

function faultOf(c: Context, maxBytes: number): ApiError | null {
  const hint = maxBytes === 0 ? 'send it without one' : `at most ${maxBytes} bytes are read`;
  if (c.req.header('transfer-encoding') !== undefined) {
    return new ApiError(411, 'length_required', 'the length of the body must be told beforehand', hint);
  }
  const bytes = Number(c.req.header('content-length') ?? 0);
  if (bytes <= maxBytes) return null;
  const what = maxBytes === 0 ? `${c.req.method} takes no body here` : `the body has ${bytes} bytes`;
  return new ApiError(413, 'body_too_large', what, hint);
}
