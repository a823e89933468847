// "Which stacks, how often": samples grouped by stack (and label) in DuckDB, each stack and name fetched once.
import type { DuckDBConnection } from '@duckdb/node-api';
import type { LabelName, TimeRange } from '../model/selector.ts';
import { tableOfCallers } from '../model/caller-table.ts';
import type { CallerTree, StackTable } from '../model/stack-table.ts';
import type { CheckedSelector } from './checked-selector.ts';
import { decode } from './stack-decoding.ts';
import type { DecodedStacks } from './decoded-stacks.ts';
import { eachChunk, idWords, numbers, texts } from './each-chunk.ts';
import { IdIndex } from './id-index.ts';
import { groupingSql } from './label-sql.ts';
import type { LocationColumns } from './location-columns.ts';
import { locationColumns } from './location-columns.ts';
import { Parameters } from './parameters.ts';
import type { StacksInUse } from './recent-stacks.ts';
import { whereSql } from './selector-sql.ts';

export interface SampleQuery {
  selector: CheckedSelector;
  range: TimeRange;
  /** Value of the label `host`. */
  host: string;
}

/** A question about stacks. */
export interface StackQuery extends SampleQuery {
  inUse: StacksInUse;
}

export async function queryStacks(
  connection: DuckDBConnection,
  query: StackQuery,
  groupBy?: LabelName,
): Promise<StackTable> {
  await groupSamples(connection, query, groupBy);
  const groups = await fetchGroups(connection);
  const stacks = await decode(connection, query.inUse, groups.stacks);
  const group = groupBy === 'host' ? groups.label.map(() => query.host) : groups.label;
  const periodNs = await fetchPeriod(connection);
  const { ids } = groups.stacks;
  return tableOfCallers({
    count: Float64Array.from(groups.count),
    weightNs: Float64Array.from(groups.weightNs),
    stackIds: BigUint64Array.from(groups.stack, (asked) => ids[asked]!),
    ...(groupBy === undefined ? {} : { group }),
    ...placesOf(
      query.inUse.decoded,
      Uint32Array.from(groups.stack, (asked) => stacks[asked]!),
    ),
    periodNs,
  });
}

/** Leaves temporary tables: `periods` (with the sampling period) and `grouped` (rows of the answer). */
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
}

interface Groups {
  /** The distinct stacks. */
  stacks: IdIndex;
  /** Number in `stacks` of each row's. */
  stack: number[];
  label: string[];
  count: number[];
  weightNs: number[];
}

/** Heaviest first, so that the same samples always give the same table. A label is read once, not with each row. */
async function fetchGroups(connection: DuckDBConnection): Promise<Groups> {
  const groups: Groups = { stacks: new IdIndex(), stack: [], label: [], count: [], weightNs: [] };
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
    `SELECT g.stack_id, l.no, g.count::DOUBLE, g.weight_ns::DOUBLE
     FROM grouped g JOIN labels l ON l.label = g.label
     ORDER BY g.weight_ns DESC, g.stack_id, g.label`,
    (chunk, rows) => {
      const id = idWords(chunk, 0);
      const [label, count, weightNs] = [numbers(chunk, 1), numbers(chunk, 2), numbers(chunk, 3)];
      for (let row = 0; row < rows; row++) {
        groups.stack.push(groups.stacks.add(id[2 * row]!, id[2 * row + 1]!));
        groups.label.push(labels[label(row)]!);
        groups.count.push(count(row));
        groups.weightNs.push(weightNs(row));
      }
    },
  );
  return groups;
}

/** Nodes and locations of the rows' stacks, numbered in the order in which the rows come to them. `stacks`: one per row. */
function placesOf(decoded: DecodedStacks, stacks: Uint32Array): { callers: CallerTree } & LocationColumns {
  const used = new UsedNodes(decoded);
  const leaf = Int32Array.from(stacks, (stack) => used.add(decoded.leafOf(stack)));
  const callers = {
    parent: used.parent.slice(0, used.size),
    location: used.location.slice(0, used.size),
    leaf,
  };
  return { callers, ...locationColumns(decoded, Uint32Array.from(used.locations)) };
}

/** The nodes that some stacks need, and their locations, by numbers of their own. */
class UsedNodes {
  readonly #decoded: DecodedStacks;
  /** Number + 1 of each node and location of the decoded ones. */
  readonly #nodes: Uint32Array;
  readonly #locations: Uint32Array;
  /** Of the first `size` nodes; no more can be used than there are. */
  readonly parent: Int32Array;
  readonly location: Uint32Array;
  size = 0;
  /** Numbers of the locations among the decoded ones. */
  readonly locations: number[] = [];
  readonly #missing: number[] = [];

  constructor(decoded: DecodedStacks) {
    this.#decoded = decoded;
    const { size } = decoded.nodes;
    this.#nodes = new Uint32Array(size);
    this.#locations = new Uint32Array(decoded.locationCount);
    this.parent = new Int32Array(size);
    this.location = new Uint32Array(size);
  }

  /** The node's number here; its callers have lower ones. */
  add(node: number): number {
    const { parents, functions } = this.#decoded.nodes;
    const missing = this.#missing;
    let length = 0;
    let at = node;
    for (; at >= 0 && this.#nodes[at] === 0; at = parents[at]!) missing[length++] = at;
    let parent = at < 0 ? -1 : this.#nodes[at]! - 1;
    while (length > 0) {
      const decoded = missing[--length]!;
      const number = this.size++;
      this.parent[number] = parent;
      this.location[number] = this.#locationOf(functions[decoded]!);
      this.#nodes[decoded] = number + 1;
      parent = number;
    }
    return parent;
  }

  #locationOf(decoded: number): number {
    if (this.#locations[decoded] === 0) this.#locations[decoded] = this.locations.push(decoded);
    return this.#locations[decoded]! - 1;
  }
}

async function fetchPeriod(connection: DuckDBConnection): Promise<number> {
  const period = await connection.runAndReadAll(
    `SELECT period_ns::DOUBLE FROM periods GROUP BY period_ns ORDER BY sum(count) DESC, period_ns LIMIT 1`,
  );
  return period.currentRowCount === 0 ? 0 : (period.value(0, 0) as number);
}
