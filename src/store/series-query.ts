// CPU time over time: every step of the answer has a value, and the rest beyond the limit is still counted.
import type { DuckDBConnection } from '@duckdb/node-api';
import { BIGINT } from '@duckdb/node-api';
import type { FrameField, GroupBy, LabelName } from '../model/selector.ts';
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
  if (isFrameField(groupBy)) await bucketLeaves(connection, query, grid, groupBy);
  else await bucketSamples(connection, query, grid, groupBy);
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

/**
 * Leaves the temporary table `buckets`. The samples are read twice: in the steps of a long window there are more stacks
 * than fit into memory, and few labels.
 */
async function bucketLeaves(
  connection: DuckDBConnection,
  query: SeriesQuery,
  grid: Grid,
  field: FrameField,
): Promise<void> {
  const distinct = new Parameters();
  const stacks = `SELECT DISTINCT s.stack_id FROM samples s WHERE ${keptSql(query, distinct)}`;
  await labelLeaves(connection, query.inUse, { sql: stacks, parameters: distinct }, field);
  const parameters = new Parameters();
  await connection.run(
    `CREATE TEMP TABLE buckets AS
     WITH numbered AS (${stepsSql('l.no', query, grid, parameters, 'JOIN stack_leaves l ON l.stack_id = s.stack_id')})
     SELECT n.step, l.label, n.count, n.weight_ns FROM numbered n JOIN leaf_labels l ON l.no = n.key`,
    parameters.values,
    parameters.types,
  );
}

/** Samples by step and `key`, an expression over `s` and what is joined to it. */
function stepsSql(
  key: string,
  query: SeriesQuery,
  { fromMs, stepMs }: Grid,
  parameters: Parameters,
  join = '',
): string {
  const start = parameters.add(BigInt(fromMs), BIGINT);
  const step = parameters.add(BigInt(stepMs), BIGINT);
  return `SELECT (s.time_ms - ${start}) // ${step} AS step, ${key} AS key,
      sum(s.count) AS count, sum(s.weight_ns) AS weight_ns
    FROM samples s ${join} WHERE ${keptSql(query, parameters)} GROUP BY ALL`;
}

/** A condition on the samples `s` that are asked about. */
function keptSql({ selector, range, host, stacks }: SeriesQuery, parameters: Parameters): string {
  const where = whereSql(selector, range, host, parameters);
  return stacks === undefined ? where : `${where} AND s.stack_id IN (SELECT id FROM kept_stacks)`;
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
