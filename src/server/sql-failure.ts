// Why a statement has no answer, as the API tells it.
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import type { SqlError, SqlErrorKind } from '../sql/sql-error.ts';
import { ApiError } from './errors.ts';

/** 422: it is understood, and it takes more than a statement may. */
const ANSWERS: Readonly<Record<Exclude<SqlErrorKind, 'left' | 'failed'>, [ContentfulStatusCode, string]>> = {
  malformed: [400, 'bad_sql'],
  refused: [400, 'sql_refused'],
  'too-slow': [422, 'sql_too_slow'],
  'too-large': [422, 'sql_too_large'],
  busy: [503, 'sql_busy'],
  'no-space': [507, 'no_space'],
};

/** What a client that came when all turns were taken may wait, s: about what an ordinary statement takes. */
const RETRY_AFTER_S = 5;

/** Undefined for a fault of ours, which is for the log. */
export function sqlFailure({ kind, message, hint }: SqlError): ApiError | undefined {
  if (kind === 'failed') return undefined;
  // Nobody reads the answer to a client that left; whoever is still there sees the service end.
  if (kind === 'left') return new ApiError(503, 'sql_ended', message, undefined, RETRY_AFTER_S);
  const [status, code] = ANSWERS[kind];
  return new ApiError(status, code, message, hint, status === 503 ? RETRY_AFTER_S : undefined);
}
