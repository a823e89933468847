// Errors as the API tells them: `{error: {code, message, hint?}}` with a fitting status.
import { z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';

export const errorSchema = z
  .object({
    error: z.object({
      code: z.string().openapi({ example: 'bad_selector', description: 'Stable, for programs.' }),
      message: z.string().openapi({ description: 'What is wrong, for people.' }),
      hint: z.string().optional().openapi({ description: 'What would mend it.' }),
    }),
  })
  .openapi('Error');
export type ErrorBody = z.infer<typeof errorSchema>;

/** What would mend a regular expression that cannot be read. */
export const PATTERN_HINT = 'the syntax is that of RE2: https://github.com/google/re2/wiki/Syntax';

/** Thrown anywhere below a route; the app's error handler turns it into the answer. */
export class ApiError extends Error {
  readonly status: ContentfulStatusCode;
  readonly code: string;
  readonly hint: string | undefined;
  /** When to ask again, s; undefined where that would not help. */
  readonly retryAfterSeconds: number | undefined;

  constructor(
    status: ContentfulStatusCode,
    code: string,
    message: string,
    hint?: string,
    retryAfterSeconds?: number,
  ) {
    super(message);
    this.name = 'ApiError';
    this.status = status;
    this.code = code;
    this.hint = hint;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

export function errorBody(error: ApiError): ErrorBody {
  const { code, message, hint } = error;
  return { error: { code, message, ...(hint === undefined ? {} : { hint }) } };
}

/** An answer made directly, for middleware that refuses a request before any route sees it. */
export function refuse(c: Context, error: ApiError): Response {
  const { status, retryAfterSeconds } = error;
  if (retryAfterSeconds !== undefined) c.header('retry-after', String(retryAfterSeconds));
  return c.json(errorBody(error), status);
}

/** Long input is quoted shortened: a message must not repeat ten thousand characters. */
export function quote(text: string, max = 60): string {
  const shown = text.length > max ? `${text.slice(0, max)}…` : text;
  return JSON.stringify(shown);
}
