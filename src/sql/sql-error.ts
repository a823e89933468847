// Why a statement has no answer, told for people: what, why, what to do.

export type SqlErrorKind =
  | 'malformed' // DuckDB cannot read it, or it means nothing: the asker's mistake
  | 'refused' // it would do something else than read the views
  | 'too-slow' // killed at its deadline
  | 'too-large' // it needed more memory, disk or room for its answer than a statement may have
  | 'busy' // too many statements already
  | 'no-space' // the disk has no room for the copy that statements read
  | 'left' // whoever asked has gone, or the service ends
  | 'failed'; // a fault of ours

export class SqlError extends Error {
  override readonly name = 'SqlError';
  readonly kind: SqlErrorKind;
  readonly hint: string | undefined;

  constructor(kind: SqlErrorKind, message: string, options: { hint?: string; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.kind = kind;
    this.hint = options.hint;
  }
}
