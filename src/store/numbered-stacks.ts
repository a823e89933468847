// Stacks as lists of numbers of locations, made of lists of whatever else their locations are known by: the ids that they had
// before version 8, or the numbers of another store.
import type { DuckDBConnection } from '@duckdb/node-api';

/** In a stack: of a location that nothing defined (which the collector does not let happen). Others count from 1. */
export const UNDEFINED_LOCATION = 0;

/** Stacks at once: 400,000 frames take some 50 MB. */
const PIECE = 10_000;

export interface ForeignStacks {
  /** A query for `row` (a number below 2^32, each once), `stack_id` and `keys`: a list. It is run piece by piece of rows. */
  stacks: string;
  /** A query for `key`, which is what the lists hold, and `location`. */
  numbers: string;
  /** A table like `stacks`. */
  into: string;
}

/** A stack without locations is left out: it says nothing, and one that does may come yet. */
export async function numberStacks(
  connection: DuckDBConnection,
  { stacks, numbers, into }: ForeignStacks,
): Promise<void> {
  const counted = await connection.runAndReadAll(`SELECT coalesce(max(row), -1) + 1 FROM (${stacks})`);
  const rows = Number(counted.value(0, 0));
  for (let from = 0; from < rows; from += PIECE) {
    // Sorted as numbers: a list that is made in an order has a buffer of 2,048 rows for each stack.
    await connection.run(
      `INSERT INTO ${into}
       SELECT stack_id, list_transform(list_sort(list((position << 32) | coalesce(location, ${UNDEFINED_LOCATION}))),
         lambda placed: (placed & 4294967295)::UINTEGER)
       FROM (SELECT row, stack_id, unnest(keys) AS key, generate_subscripts(keys, 1) AS position
         FROM (${stacks}) WHERE row >= ${from} AND row < ${from + PIECE})
       LEFT JOIN (${numbers}) USING (key) GROUP BY row, stack_id`,
    );
  }
}

/** Adds those of `rows` (a query for `location_id`, `object_id`, `address`) that are not in the table `into`. */
export async function numberLocations(
  connection: DuckDBConnection,
  rows: string,
  into: string,
): Promise<void> {
  await connection.run(
    `INSERT INTO ${into}
     SELECT (SELECT coalesce(max(location), ${UNDEFINED_LOCATION}) FROM ${into})
       + row_number() OVER (ORDER BY object_id, address), *
     FROM (SELECT DISTINCT ON (location_id) location_id, object_id, address FROM (${rows})
       WHERE location_id NOT IN (SELECT location_id FROM ${into}))`,
  );
}
