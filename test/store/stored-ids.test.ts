// The set of stored ids against JavaScript's own, and how it is filled from a table.
import { DuckDBInstance } from '@duckdb/node-api';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { StoredIds } from '../../src/store/stored-ids.ts';

/** Ids that often meet in the low bits, and the one that marks a free slot. */
const ID = fc.oneof(
  fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
  fc.bigInt({ min: 0n, max: 40n }).map((n) => n << 32n),
  fc.constantFrom(0n, 1n, 1023n, 1024n, 2n ** 64n - 1n),
);

async function withTable(values: string, work: (ids: StoredIds, most: number) => unknown, most = 10) {
  const instance = await DuckDBInstance.create();
  const connection = await instance.connect();
  try {
    await connection.run('CREATE TABLE stacks (stack_id UBIGINT NOT NULL)');
    await connection.run(`INSERT INTO stacks ${values}`);
    const ids = new StoredIds(most);
    await ids.load(connection, 'stacks', 'stack_id');
    await work(ids, most);
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

describe('StoredIds', () => {
  it('holds what a Set holds', () => {
    fc.assert(
      fc.property(fc.array(ID, { maxLength: 3000 }), fc.array(ID), (added, asked) => {
        const [ids, expected] = [new StoredIds(), new Set(added)];
        for (const id of added) ids.add(id);
        expect(ids.size).toBe(expected.size);
        for (const id of [...added, ...asked]) expect(ids.has(id)).toBe(expected.has(id));
      }),
    );
  });

  it('is complete once it has read the table, and stays so as ids are added', async () => {
    expect(new StoredIds().complete).toBe(false);
    await withTable('VALUES (0), (7), (18446744073709551615)', (ids) => {
      ids.add(8n);
      expect([0n, 7n, 8n, 2n ** 64n - 1n, 9n].map((id) => ids.has(id))).toEqual([
        true,
        true,
        true,
        true,
        false,
      ]);
      expect(ids.complete).toBe(true);
    });
  });

  it('does not read a table that is larger than its bound', async () => {
    await withTable('SELECT range FROM range(11)', (ids) => {
      expect([ids.size, ids.complete]).toEqual([0, false]);
    });
  });

  it('starts over beyond its bound, and then says that it is not complete', async () => {
    await withTable('SELECT range FROM range(10)', (ids) => {
      expect([ids.size, ids.complete]).toEqual([10, true]);
      ids.add(5n);
      expect(ids.complete).toBe(true);
      ids.add(100n);
      expect([ids.size, ids.complete, ids.has(100n), ids.has(5n)]).toEqual([1, false, true, false]);
    });
  });
});
