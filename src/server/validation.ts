// Failed validators as API errors: one sentence that names the parameter.
import type { Hook } from '@hono/zod-openapi';
import type { Context, Env } from 'hono';
import type { ZodError } from 'zod';
import { ApiError, quote } from './errors.ts';

/** A parameter given twice reaches its validator as a list, which says little to whoever wrote the URL. */
function repeated(c: Context): string | undefined {
  return Object.entries(c.req.queries()).find(([, values]) => values.length > 1)?.[0];
}

function describe(error: ZodError, c: Context): ApiError {
  const issue = error.issues[0];
  if (issue?.code === 'unrecognized_keys') {
    const names = issue.keys.map((key) => quote(key)).join(', ');
    return new ApiError(
      400,
      'unknown_parameter',
      `unknown parameter${issue.keys.length > 1 ? 's' : ''} ${names}`,
      'names of parameters are case-sensitive',
    );
  }
  const name = issue?.path.join('.') ?? '';
  const what = repeated(c) === name ? 'is given more than once' : (issue?.message ?? 'is malformed');
  return new ApiError(400, 'bad_parameter', `${name}: ${what}`);
}

export const validationHook: Hook<unknown, Env, string, undefined> = (result, c) => {
  if (!result.success) throw describe(result.error, c);
  return undefined;
};
