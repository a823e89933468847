// Regular expressions that users write, evaluated by the RE2 in DuckDB: in time linear in the text, whatever the pattern.
// None is ever given to JavaScript's RegExp, which some patterns keep busy for years.
import type { DuckDBConnection } from '@duckdb/node-api';
import { BIGINT, VARCHAR } from '@duckdb/node-api';
import { Parameters } from './parameters.ts';
import { reasonOf, StoreError } from './store-error.ts';

/** Whether a pattern has to match the whole of a text, as in selectors, or a part of it, as in pprof. */
export type MatchMode = 'whole' | 'part';

/**
 * Linear time can be long: 1,000 characters of `(a?){1000}…`, which RE2 takes, need a third of a second for a text of 100
 * characters. All patterns of a question have this long together; ordinary ones need 2 µs per text.
 */
export const PATTERN_BUDGET_MS = 5000;

/** About how long a slice of texts may take: the clock is looked at in between. */
const SLICE_MS = 250;
/** From one slice to the next, where there is time: six are enough for 100,000 texts. */
const GROWTH = 8;

/** Time that patterns may still take. */
export class PatternBudget {
  readonly #untilMs = performance.now() + PATTERN_BUDGET_MS;

  /** Throws the StoreError that says that a pattern is too slow. */
  check(): void {
    if (performance.now() < this.#untilMs) return;
    throw new StoreError(
      'bad-pattern',
      `matching takes more than ${PATTERN_BUDGET_MS / 1000} s; use a simpler pattern`,
    );
  }
}

/** Rejects with a StoreError of kind 'bad-pattern' that says what is wrong with the pattern. */
export async function checkPattern(connection: DuckDBConnection, pattern: string): Promise<void> {
  try {
    await connection.run(`SELECT regexp_matches('', $1)`, [pattern], [VARCHAR]);
  } catch (error) {
    throw new StoreError('bad-pattern', faultOf(error), error);
  }
}

/** `Invalid Input Error: missing ): web-(`. */
function faultOf(error: unknown): string {
  const reason = reasonOf(error).replace(/^[\w ]*Error: /, '');
  return reason.length > 120 ? `${reason.slice(0, 120)}…` : reason;
}

export interface Matching {
  pattern: string;
  mode: MatchMode;
  /** A query that gives texts, in a column `text` that is never NULL, and its values. */
  texts: string;
  parameters: Parameters;
  budget: PatternBudget;
}

/** Leaves the temporary table `table` (text) of those texts that the pattern, which has been checked, matches. */
export async function selectMatching(
  connection: DuckDBConnection,
  table: string,
  { pattern, mode, texts, parameters, budget }: Matching,
): Promise<void> {
  await connection.run(
    `CREATE OR REPLACE TEMP TABLE texts AS SELECT t.text, row_number() OVER () AS number FROM (${texts}) t`,
    parameters.values,
    parameters.types,
  );
  await connection.run(`CREATE TEMP TABLE ${table} (text VARCHAR NOT NULL)`);
  const sizes = await connection.runAndReadAll('SELECT count(*)::DOUBLE FROM texts');
  const count = sizes.value(0, 0) as number;
  for (let from = 0, size = 1; from < count;) {
    budget.check();
    const startedMs = performance.now();
    await matchSlice(connection, table, { pattern, mode, from, until: from + size });
    from += size;
    const fits = Math.floor((size * SLICE_MS) / (performance.now() - startedMs));
    size = Math.max(1, Math.min(size * GROWTH, fits));
  }
}

interface Slice {
  pattern: string;
  mode: MatchMode;
  from: number;
  until: number;
}

async function matchSlice(
  connection: DuckDBConnection,
  table: string,
  { pattern, mode, from, until }: Slice,
): Promise<void> {
  const parameters = new Parameters();
  const text = parameters.add(pattern, VARCHAR);
  const first = parameters.add(BigInt(from), BIGINT);
  const last = parameters.add(BigInt(until), BIGINT);
  // A dot matches line ends too where the whole has to match, as in PromQL.
  const matches =
    mode === 'whole' ? `regexp_full_match(t.text, ${text}, 's')` : `regexp_matches(t.text, ${text})`;
  await connection.run(
    `INSERT INTO ${table} SELECT t.text FROM texts t WHERE t.number > ${first} AND t.number <= ${last} AND ${matches}`,
    parameters.values,
    parameters.types,
  );
}
