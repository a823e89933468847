// What DuckDB threw at a statement, as the asker is told it.
import type { SqlErrorKind } from './sql-error.ts';
import { SqlError } from './sql-error.ts';

/** Kinds of DuckDB's errors that are not plain mistakes in the statement, by how their messages begin. */
const KINDS: readonly (readonly [begin: RegExp, kind: SqlErrorKind, hint: string])[] = [
  [/^Permission Error/, 'refused', 'statements read the views and no files'],
  [/^Invalid Input Error: Cannot change configuration/, 'refused', 'settings are locked'],
  [
    /^Out of Memory Error|std::bad_alloc|Failed to allocate/i,
    'too-large',
    'ask for fewer columns or a shorter time (a condition on time_ms), or add up before joining',
  ],
];

/** Characters of DuckDB's message that are passed on. */
const MAX_LENGTH = 500;
/** Characters from the place that a message points at. */
const NEAR_LENGTH = 30;

export function statementFault(error: unknown): SqlError {
  if (error instanceof SqlError) return error;
  const text = error instanceof Error ? error.message : String(error);
  const [, kind, hint] = KINDS.find(([begin]) => begin.test(text)) ?? [null, 'malformed', undefined];
  const message = kind === 'too-large' ? tooLarge(text) : mistake(text);
  return new SqlError(kind, message, {
    ...(hint === undefined ? {} : { hint }),
    cause: error,
  });
}

function tooLarge(text: string): string {
  return /max_temp_directory_size/.test(text)
    ? 'the statement needs more room on the disk than one may have'
    : 'the statement needs more memory than one may have';
}

/** `Binder Error: …; Candidate bindings: "comm" (line 1, at "cmm FROM samples")`. */
function mistake(text: string): string {
  const [what = '', ...where] = text.split(/\n\s*LINE (?=\d+: )/);
  const said = what.trim().replace(/\s*\n\s*/g, '; ');
  const near = where.length === 0 ? '' : placeOf(where.at(-1)!);
  return `${said.length > MAX_LENGTH ? `${said.slice(0, MAX_LENGTH)}…` : said}${near}`;
}

/** `place`: `1: SELECT cmm FROM samples`, and below it a caret under the place. */
function placeOf(place: string): string {
  const [line = '', caret = ''] = place.split('\n');
  const number = /^\d+/.exec(line)?.[0] ?? '';
  // The caret counts from where "LINE " stood.
  const near = line.slice(Math.max(0, caret.indexOf('^') - 'LINE '.length)).slice(0, NEAR_LENGTH);
  return ` (line ${number}, at ${JSON.stringify(near)})`;
}
