// POST /api/v1/sql: one SELECT over the documented views (docs/sql.md), run in a process of its own.
import { createRoute, z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { stream } from 'hono/streaming';
import type { SqlFormat } from '../../sql/limits.ts';
import { DEFAULT_ROWS, MAX_ROWS, MAX_SQL_LENGTH, SQL_FORMATS, SQL_LIMITS } from '../../sql/limits.ts';
import { SqlError } from '../../sql/sql-error.ts';
import type { SqlResult } from '../../sql/sql-runner.ts';
import type { App, ServerContext } from '../context.ts';
import { oneOf } from '../params.ts';
import { errorResponse, errorResponses } from '../responses.ts';
import { sqlFailure } from '../sql-failure.ts';

const ROWS_FORM = `must be a whole number from 1 to ${MAX_ROWS}`;
const EXAMPLE = 'SELECT function, self_cpu_seconds FROM functions ORDER BY 2 DESC LIMIT 10';

const requestSchema = z
  .strictObject({
    sql: z.string().max(MAX_SQL_LENGTH, `must have at most ${MAX_SQL_LENGTH} characters`).openapi({
      description: "One SELECT, in DuckDB's SQL.",
      example: EXAMPLE,
    }),
    maxRows: z
      .int(ROWS_FORM)
      .min(1, ROWS_FORM)
      .max(MAX_ROWS, ROWS_FORM)
      .default(DEFAULT_ROWS)
      .openapi({ description: 'Rows at most; `truncated` says whether there are more.' }),
    format: oneOf(SQL_FORMATS).default('json'),
  })
  .openapi('SqlRequest');

const jsonValue = z
  .unknown()
  .openapi({ description: 'By the type of its column; the rules are in docs/sql.md.' });

const answerSchema = z
  .object({
    columns: z.array(
      z.object({ name: z.string(), type: z.string().openapi({ description: 'As DuckDB names it.' }) }),
    ),
    rows: z.array(z.array(jsonValue)),
    rowCount: z.number().int(),
    truncated: z
      .object({ by: z.enum(['rows', 'bytes']), limit: z.number().int() })
      .nullable()
      .openapi({ description: 'What ended the answer before the rows did; null where it is whole.' }),
    asOfMs: z.number().int().openapi({
      description: 'What was stored then is what was read; up to 10 s ago, ms since the epoch.',
    }),
  })
  .openapi('SqlAnswer');
export type SqlAnswer = z.infer<typeof answerSchema>;

/** Of answers that have no place for it in themselves, and of JSON all the same. */
export const TRUNCATED_HEADER = 'x-pilotlight-truncated';
const AS_OF_HEADER = 'x-pilotlight-as-of-ms';

const binary = { schema: { type: 'string', format: 'binary' } } as const;

const route = createRoute({
  method: 'post',
  path: '/api/v1/sql',
  summary: 'One SELECT over the views samples, stacks, frames, functions, processes and series.',
  request: {
    body: {
      required: true,
      content: { 'application/json': { schema: requestSchema, example: { sql: EXAMPLE } } },
    },
  },
  responses: {
    200: {
      description:
        `The rows. CSV and Parquet say in the header \`${TRUNCATED_HEADER}\` (\`rows 10000\`, \`bytes …\`) what ` +
        `\`truncated\` says, and in \`${AS_OF_HEADER}\` what \`asOfMs\` does.`,
      content: {
        'application/json': { schema: answerSchema },
        'text/csv': { schema: { type: 'string' } },
        'application/vnd.apache.parquet': binary,
      },
    },
    ...errorResponses,
    400: errorResponse('The body or the statement is malformed, or it is no SELECT, or asks for files.'),
    413: errorResponse('The body is longer than any statement.'),
    415: errorResponse('The body is not said to be JSON.'),
    422: errorResponse(
      `The statement took longer than ${SQL_LIMITS.deadlineMs / 1000} s, or more memory or disk than one may have.`,
    ),
    503: errorResponse('As many statements run and wait as may; Retry-After says when to come back.'),
    507: errorResponse('The disk has no room for the copy that statements read.'),
  },
});

const TYPES: Readonly<Record<SqlFormat, string>> = {
  json: 'application/json',
  csv: 'text/csv; charset=utf-8; header=present',
  parquet: 'application/vnd.apache.parquet',
};

function headersOf({ format, bytes, truncated, takenMs }: SqlResult): Record<string, string> {
  return {
    'content-type': TYPES[format],
    'content-length': String(bytes),
    'content-disposition': `attachment; filename="pilotlight-sql.${format}"`,
    [AS_OF_HEADER]: String(takenMs),
    ...(truncated === null ? {} : { [TRUNCATED_HEADER]: `${truncated.by} ${truncated.limit}` }),
  };
}

/** The file as it is read; closed at its end, or when the client has gone. */
function send(c: Context, result: SqlResult): Response {
  for (const [name, value] of Object.entries(headersOf(result))) c.header(name, value);
  return stream(c, async (out) => {
    for await (const piece of result.file.createReadStream()) {
      if (out.aborted) return;
      await out.write(piece as Uint8Array);
    }
  });
}

function failureOf(error: unknown): unknown {
  return error instanceof SqlError ? (sqlFailure(error) ?? error) : error;
}

export function sqlRoutes(app: App, { sql }: ServerContext): void {
  app.openapi(route, async (c) => {
    const request = c.req.valid('json');
    try {
      return send(c, await sql.run(request, c.req.raw.signal));
    } catch (error) {
      throw failureOf(error);
    }
  });
}
