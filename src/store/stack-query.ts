// "Which stacks, how often": samples grouped by stack (and label) in DuckDB, each stack and name fetched once.
import type { DuckDBConnection } from '@duckdb/node-api';
import { UBIGINT } from '@duckdb/node-api';
import { markerLocation } from '../model/location.ts';
import type { LabelName, TimeRange } from '../model/selector.ts';
import type { StackTable } from '../model/stack-table.ts';
import type { CheckedSelector } from './checked-selector.ts';
import { eachChunk, lists, numbers, texts } from './each-chunk.ts';
import { IdIndex } from './id-index.ts';
import { groupingSql } from './label-sql.ts';
import { fetchLocations } from './location-query.ts';
import { Parameters } from './parameters.ts';
import { whereSql } from './selector-sql.ts';
import { wordsOf } from './vector-items.ts';

export interface SampleQuery {
  selector: CheckedSelector;
  range: TimeRange;
  /** Value of the label `host`. */
  host: string;
}

export async function queryStacks(
  connection: DuckDBConnection,
  query: SampleQuery,
  groupBy?: LabelName,
): Promise<StackTable> {
  await groupSamples(connection, query, groupBy);
  const groups = await fetchGroups(connection);
  const stacks = await fetchStacks(connection);
  const locations = await fetchLocations(connection, stacks.locationIndex);
  const group = groupBy === 'host' ? groups.label.map(() => query.host) : groups.label;
  return {
    count: Float64Array.from(groups.count),
    weightNs: Float64Array.from(groups.weightNs),
    ...(groupBy === undefined ? {} : { group }),
    ...spreadStacks(groups.stackNo, stacks),
    ...locations,
    periodNs: await fetchPeriod(connection),
  };
}

/**
 * Leaves temporary tables: `periods` (with the sampling period), `grouped` (rows of the answer), `wanted` (the
 * distinct stacks, with their locations).
 */
async function groupSamples(
  connection: DuckDBConnection,
  { selector, range, host }: SampleQuery,
  groupBy: LabelName | undefined,
): Promise<void> {
  const grouping = groupingSql(groupBy);
  const samples = new Parameters();
  await connection.run(
    `CREATE TEMP TABLE periods AS
     SELECT s.stack_id, ${grouping.key} AS key, s.weight_ns // greatest(s.count, 1) AS period_ns,
       sum(s.count) AS count, sum(s.weight_ns) AS weight_ns
     FROM samples s WHERE ${whereSql(selector, range, host, samples)} GROUP BY ALL`,
    samples.values,
    samples.types,
  );
  await connection.run(
    `CREATE TEMP TABLE grouped AS
     SELECT g.stack_id, ${grouping.label} AS label, sum(g.count) AS count, sum(g.weight_ns) AS weight_ns
     FROM periods g ${grouping.join} GROUP BY ALL`,
  );
  // A stack that is not stored (which the writer does not let happen) still counts its samples.
  const lost = new Parameters();
  const lostStack = lost.add(markerLocation('[lost stack]').id, UBIGINT);
  await connection.run(
    `CREATE TEMP TABLE wanted AS
     SELECT (row_number() OVER () - 1)::UINTEGER AS no, d.stack_id,
       CASE WHEN len(t.location_ids) > 0 THEN t.location_ids ELSE [${lostStack}] END AS location_ids
     FROM (SELECT DISTINCT stack_id FROM grouped) d LEFT JOIN stacks t ON t.stack_id = d.stack_id`,
    lost.values,
    lost.types,
  );
}

interface Groups {
  stackNo: number[];
  label: string[];
  count: number[];
  weightNs: number[];
}

/** Heaviest first, so that the same samples always give the same table. A label is read once, not with each row. */
async function fetchGroups(connection: DuckDBConnection): Promise<Groups> {
  const groups: Groups = { stackNo: [], label: [], count: [], weightNs: [] };
  await connection.run(
    `CREATE TEMP TABLE labels AS
     SELECT (row_number() OVER () - 1)::UINTEGER AS no, label FROM (SELECT DISTINCT label FROM grouped)`,
  );
  const labels: string[] = [];
  await eachChunk(connection, 'SELECT no, label FROM labels', (chunk, rows) => {
    const [no, label] = [numbers(chunk, 0), texts(chunk, 1)];
    for (let row = 0; row < rows; row++) labels[no(row)] = label(row);
  });
  await eachChunk(
    connection,
    `SELECT w.no, l.no, g.count::DOUBLE, g.weight_ns::DOUBLE
     FROM grouped g JOIN wanted w ON w.stack_id = g.stack_id JOIN labels l ON l.label = g.label
     ORDER BY g.weight_ns DESC, w.stack_id, g.label`,
    (chunk, rows) => {
      const [no, label] = [numbers(chunk, 0), numbers(chunk, 1)];
      const [count, weightNs] = [numbers(chunk, 2), numbers(chunk, 3)];
      for (let row = 0; row < rows; row++) {
        groups.stackNo.push(no(row));
        groups.label.push(labels[label(row)]!);
        groups.count.push(count(row));
        groups.weightNs.push(weightNs(row));
      }
    },
  );
  return groups;
}

interface DistinctStacks {
  /** Location indices of all distinct stacks, end to end: an array for each would be tens of thousands of buffers. */
  locations: Uint32Array;
  /** Where each stack begins in `locations`, and where it ends, by its number. */
  starts: Uint32Array;
  ends: Uint32Array;
  locationIndex: IdIndex;
}

async function sizeOfWanted(connection: DuckDBConnection): Promise<{ stacks: number; frames: number }> {
  const sums = await connection.runAndReadAll(
    'SELECT count(*)::DOUBLE, coalesce(sum(len(location_ids)), 0)::DOUBLE FROM wanted',
  );
  return { stacks: sums.value(0, 0) as number, frames: sums.value(1, 0) as number };
}

/** Ids become dense indices here: far less time than joining them in SQL and fetching a row per frame. */
async function fetchStacks(connection: DuckDBConnection): Promise<DistinctStacks> {
  const size = await sizeOfWanted(connection);
  const locations = new Uint32Array(size.frames);
  const starts = new Uint32Array(size.stacks);
  const ends = new Uint32Array(size.stacks);
  const locationIndex = new IdIndex();
  let end = 0;
  await eachChunk(connection, 'SELECT no, location_ids FROM wanted', (chunk, rows) => {
    const no = numbers(chunk, 0);
    const list = lists(chunk, 1);
    const words = wordsOf(list.childVector);
    for (let row = 0; row < rows; row++) {
      const stack = no(row);
      const first = list.getEntryOffset(row);
      const last = first + list.getEntryLength(row);
      starts[stack] = end;
      for (let at = first; at < last; at++) {
        locations[end++] = locationIndex.add(words[2 * at]!, words[2 * at + 1]!);
      }
      ends[stack] = end;
    }
  });
  return { locations, starts, ends, locationIndex };
}

/** Each row of the answer gets its stack's locations, also where several rows share a stack. */
function spreadStacks(
  stackNo: readonly number[],
  { locations, starts, ends }: DistinctStacks,
): Pick<StackTable, 'offsets' | 'stackLocations'> {
  const offsets = new Uint32Array(stackNo.length + 1);
  stackNo.forEach((no, row) => (offsets[row + 1] = offsets[row]! + ends[no]! - starts[no]!));
  const stackLocations = new Uint32Array(offsets[stackNo.length]!);
  let to = 0;
  for (const no of stackNo) {
    for (let at = starts[no]!; at < ends[no]!; at++) stackLocations[to++] = locations[at]!;
  }
  return { offsets, stackLocations };
}

async function fetchPeriod(connection: DuckDBConnection): Promise<number> {
  const period = await connection.runAndReadAll(
    `SELECT period_ns::DOUBLE FROM periods GROUP BY period_ns ORDER BY sum(count) DESC, period_ns LIMIT 1`,
  );
  return period.currentRowCount === 0 ? 0 : (period.value(0, 0) as number);
}
