// Stacks and their locations as they are stored, and as versions before 8 stored them: views need no more than that the two match.
import type { DuckDBConnection } from '@duckdb/node-api';
import { columnsOfStored, STORED } from './stored-samples.ts';

/** Makes the views `internal.stacks` (stack_id, locations) and `internal.locations` (location and what is stored of it). */
export async function viewStoredStacks(connection: DuckDBConnection): Promise<void> {
  const numbered = (await columnsOfStored(connection, 'stacks')).includes('locations');
  const [list, location] = numbered ? ['locations', 'location'] : ['location_ids', 'location_id'];
  await connection.run(
    `CREATE VIEW internal.stacks AS SELECT stack_id, ${list} AS locations FROM ${STORED}.stacks;
     CREATE VIEW internal.locations AS SELECT ${location} AS location, location_id, object_id, address
       FROM ${STORED}.locations`,
  );
}
