// Numbers of locations by id, as they are kept in memory.
import { DuckDBInstance } from '@duckdb/node-api';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { StoredIds } from '../../src/store/stored-ids.ts';
import { lookUpLocations, StoredLocations } from '../../src/store/stored-locations.ts';

async function withTable(
  values: string,
  work: (connection: Awaited<ReturnType<DuckDBInstance['connect']>>) => unknown,
) {
  const instance = await DuckDBInstance.create();
  const connection = await instance.connect();
  try {
    await connection.run('CREATE TABLE locations (location UINTEGER NOT NULL, location_id UBIGINT NOT NULL)');
    await connection.run(`INSERT INTO locations ${values}`);
    await work(connection);
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

it('holds what a Map holds', () => {
  const entry = fc.tuple(
    fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
    fc.integer({ min: 1, max: 2 ** 32 - 1 }),
  );
  fc.assert(
    fc.property(fc.array(entry, { maxLength: 3000 }), (entries) => {
      const [locations, expected] = [new StoredLocations(), new Map(entries)];
      for (const [id, number] of entries) locations.add(id, number);
      for (const [id, number] of expected) expect(locations.numberOf(id)).toBe(number);
    }),
  );
});

it('reads the table, and says what it does not have', async () => {
  await withTable('SELECT range + 1, range * 1000003 FROM range(5000)', async (connection) => {
    const locations = new StoredLocations();
    expect(locations.complete).toBe(false);
    await locations.load(connection);
    expect(locations.complete).toBe(true);
    expect([0n, 1000003n, 4999n * 1000003n, 7n].map((id) => locations.numberOf(id))).toEqual([
      1,
      2,
      5000,
      undefined,
    ]);
    expect(await lookUpLocations(connection, [1000003n, 7n])).toEqual(new Map([[1000003n, 2]]));
    expect(await lookUpLocations(connection, [])).toEqual(new Map());
  });
});

it('starts over beyond its bound, with the numbers of what came since', async () => {
  await withTable('SELECT range + 1, range FROM range(10)', async (connection) => {
    const locations = new StoredLocations(new StoredIds(10));
    await locations.load(connection);
    locations.add(100n, 11);
    expect(locations.complete).toBe(false);
    expect([100n, 5n].map((id) => locations.numberOf(id))).toEqual([11, undefined]);
  });
});
