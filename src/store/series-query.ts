// CPU time over time: every step of the answer has a value, and the rest beyond the limit is still counted.
import type { DuckDBConnection } from '@duckdb/node-api';
import { BIGINT } from '@duckdb/node-api';
import type { GroupBy, LabelName } from '../model/selector.ts';
import { isFrameField } from '../model/selector.ts';
import { askFor } from './stack-decoding.ts';
import { eachChunk, numbers, texts } from './each-chunk.ts';
import { groupingSql } from './label-sql.ts';
import { labelLeaves } from './leaf-query.ts';
import { Parameters } from './parameters.ts';
import type { Series, SeriesPoints } from './profile-store.ts';
import { whereSql } from './selector-sql.ts';
import type { StackQuery } from './stack-query.ts';
import { StoreError } from './store-error.ts';

/** One value per pixel of a wide screen, several times over; a series of each is 16 bytes per step. */
const MAX_STEPS = 50_000;

export interface SeriesQuery extends StackQuery {
  stepMs: number;
  groupBy: GroupBy | undefined;
  /** Series at most. */
  limit: number;
  /** Samples of these stacks alone; of all where undefined. */
  stacks: BigUint64Array | undefined;
}

export async function querySeries(connection: DuckDBConnection, query: SeriesQuery): Promise<Series> {
  const { stepMs, groupBy, limit, stacks } = query;
  const fromMs = Math.ceil(query.range.fromMs);
  const steps = Math.max(0, Math.ceil((query.range.untilMs - fromMs) / stepMs));
  if (!(stepMs >= 1) || steps > MAX_STEPS) {
    throw new StoreError(
      'bad-query',
      `a step of ${stepMs} ms gives more than ${MAX_STEPS} steps; use a longer step`,
    );
  }
  const grid = { fromMs, stepMs: Math.floor(stepMs) };
  if (stacks !== undefined) await askFor(connection, 'kept_stacks', stacks);
  if (isFrameField(groupBy)) {
    await bucketStacks(connection, query, grid);
    const distinct = 'SELECT DISTINCT key FROM stack_buckets';
    await labelLeaves(connection, query.inUse, distinct, groupBy);
    await bucketLeaves(connection);
  } else await bucketSamples(connection, query, grid, groupBy);
  const series = await fetchSeries(connection, steps, limit);
  if (groupBy === 'host') for (const points of series) points.value = query.host;
  return { ...grid, steps, series };
}

/** Where the steps begin, and their length. */
interface Grid {
  fromMs: number;
  stepMs: number;
}

/** Leaves the temporary table `buckets`. */
async function bucketSamples(
  connection: DuckDBConnection,
  query: SeriesQuery,
  grid: Grid,
  groupBy: LabelName | undefined,
): Promise<void> {
  const grouping = groupingSql(groupBy);
  const parameters = new Parameters();
  await connection.run(
    `CREATE TEMP TABLE buckets AS
     WITH g AS MATERIALIZED (${stepsSql(grouping.key, query, grid, parameters)})
     SELECT g.step, ${grouping.label} AS label, sum(g.count) AS count, sum(g.weight_ns) AS weight_ns
     FROM g ${grouping.join} GROUP BY ALL`,
    parameters.values,
    parameters.types,
  );
}

/** Leaves the temporary table `stack_buckets`. */
async function bucketStacks(connection: DuckDBConnection, query: SeriesQuery, grid: Grid): Promise<void> {
  const parameters = new Parameters();
  await connection.run(
    `CREATE TEMP TABLE stack_buckets AS ${stepsSql('s.stack_id', query, grid, parameters)}`,
    parameters.values,
    parameters.types,
  );
}

/** Leaves the temporary table `buckets`, from `stack_buckets` and what `labelLeaves` left. */
async function bucketLeaves(connection: DuckDBConnection): Promise<void> {
  await connection.run(
    `CREATE TEMP TABLE buckets AS
     WITH numbered AS (
       SELECT b.step, l.no, sum(b.count) AS count, sum(b.weight_ns) AS weight_ns
       FROM stack_buckets b JOIN stack_leaves l ON l.stack_id = b.key GROUP BY ALL
     )
     SELECT n.step, l.label, n.count, n.weight_ns FROM numbered n JOIN leaf_labels l ON l.no = n.no`,
  );
}

/** Samples by step and `key`, an expression over `s`. */
function stepsSql(
  key: string,
  { selector, range, host, stacks }: SeriesQuery,
  { fromMs, stepMs }: Grid,
  parameters: Parameters,
): string {
  const start = parameters.add(BigInt(fromMs), BIGINT);
  const step = parameters.add(BigInt(stepMs), BIGINT);
  return `SELECT (s.time_ms - ${start}) // ${step} AS step, ${key} AS key,
      sum(s.count) AS count, sum(s.weight_ns) AS weight_ns
    FROM samples s WHERE ${whereSql(selector, range, host, parameters)}
      ${stacks === undefined ? '' : 'AND s.stack_id IN (SELECT id FROM kept_stacks)'}
    GROUP BY ALL`;
}

/** Values beyond the limit join '', the group of samples without a value. */
async function fetchSeries(
  connection: DuckDBConnection,
  steps: number,
  limit: number,
): Promise<SeriesPoints[]> {
  const parameters = new Parameters();
  const byLabel = new Map<string, SeriesPoints>();
  await eachChunk(
    connection,
    `WITH top AS (
       SELECT label FROM buckets WHERE label <> '' GROUP BY label
       ORDER BY sum(weight_ns) DESC, label LIMIT ${parameters.add(BigInt(limit), BIGINT)}
     )
     SELECT b.step::DOUBLE, coalesce(t.label, '') AS shown, sum(b.count)::DOUBLE, sum(b.weight_ns)::DOUBLE
     FROM buckets b LEFT JOIN top t ON t.label = b.label GROUP BY b.step, shown`,
    (chunk, rows) => {
      const [step, label] = [numbers(chunk, 0), texts(chunk, 1)];
      const [count, weightNs] = [numbers(chunk, 2), numbers(chunk, 3)];
      for (let row = 0; row < rows; row++) {
        const value = label(row);
        const points = byLabel.get(value) ?? emptyPoints(value, steps);
        points.count[step(row)] = count(row);
        points.weightNs[step(row)] = weightNs(row);
        byLabel.set(value, points);
      }
    },
    parameters,
  );
  const total = (points: SeriesPoints) => points.weightNs.reduce((sum, ns) => sum + ns, 0);
  return [...byLabel.values()]
    .map((points) => ({ points, total: total(points) }))
    .sort((a, b) => b.total - a.total || (a.points.value < b.points.value ? -1 : 1))
    .map(({ points }) => points);
}

function emptyPoints(value: string, steps: number): SeriesPoints {
  return { value, weightNs: new Float64Array(steps), count: new Float64Array(steps) };
}
