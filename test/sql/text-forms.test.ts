// Values as JSON and CSV have them, from DuckDB through the process to the bytes of the answer.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DuckDBInstance } from '@duckdb/node-api';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestRunner } from './recorded-runner.ts';
import { recordedRunner } from './recorded-runner.ts';

/** Expressions of SQL, and what JSON has for them. */
const VALUES: readonly (readonly [expression: string, json: unknown])[] = [
  ['NULL', null],
  ['true', true],
  [`'ä"\n'`, 'ä"\n'],
  ['1::TINYINT', 1],
  ['9007199254740991::BIGINT', 9_007_199_254_740_991],
  ['9007199254740992::BIGINT', '9007199254740992'],
  ['-9007199254740993::HUGEINT', '-9007199254740993'],
  ['7::UBIGINT', '7'],
  ['[7::UBIGINT]', ['7']],
  [`{'id': 7::UBIGINT, 'n': 1.5}`, { id: '7', n: 1.5 }],
  ['18446744073709551615::UBIGINT', '18446744073709551615'],
  ['sum(3::BIGINT)', 3],
  ['1.50::DECIMAL(5, 2)', 1.5],
  ['0.1::DOUBLE', 0.1],
  [`'nan'::DOUBLE`, 'NaN'],
  [`'-inf'::FLOAT`, '-Infinity'],
  [`TIMESTAMP '2026-03-01 10:00:00.25'`, '2026-03-01T10:00:00.25Z'],
  [`TIMESTAMPTZ '2026-03-01 10:00:00+02'`, '2026-03-01T08:00:00Z'],
  [`'infinity'::TIMESTAMP`, 'infinity'],
  [`DATE '2026-03-01'`, '2026-03-01'],
  [`INTERVAL 90 SECOND`, '00:01:30'],
  [`{'a': 1, 'b': [2, NULL]}`, { a: 1, b: [2, null] }],
  [`MAP {'x': 1}`, [['x', 1]]],
  [`'\\xAA'::BLOB`, '\\xAA'],
];

let sql: TestRunner;
let close: () => Promise<void>;
beforeAll(async () => {
  ({ sql, close } = await recordedRunner());
});
afterAll(() => close());

describe('JSON', () => {
  it('has every type as the documentation says', async () => {
    const [row] = await sql.rows(`SELECT ${VALUES.map(([expression]) => expression).join(', ')}`);
    expect(row!.map((value, at) => [VALUES[at]![0], value])).toEqual(VALUES);
  });

  it('names columns and their types, two of one name too', async () => {
    const { columns } = await sql.answer('SELECT 1 AS a, [2::BIGINT] AS a');
    expect(columns).toEqual([
      { name: 'a', type: 'INTEGER' },
      { name: 'a', type: 'BIGINT[]' },
    ]);
  });

  it('says when what was read had been stored', async () => {
    const beforeMs = Date.now() - 60_000;
    const { asOfMs } = await sql.answer('SELECT 1');
    expect(asOfMs).toBeGreaterThan(beforeMs);
    expect(asOfMs).toBeLessThanOrEqual(Date.now());
  });
});

describe('CSV', () => {
  it('quotes what would be read otherwise, and tells NULL from the empty text', async () => {
    const csv = await sql.bytes(
      `SELECT * FROM (VALUES (1, 'a,b', NULL), (2, 'say "x"', ''), (3, E'two\\nlines', 'ä')) t(n, "the text", z)`,
      'csv',
    );
    expect(csv.toString()).toBe('n,the text,z\n1,"a,b",\n2,"say ""x""",""\n3,"two\nlines",ä\n');
  });
});

describe('Parquet', () => {
  it('keeps types, names and order', async () => {
    const file = join(sql.folder, 'rows.parquet');
    await writeFile(
      file,
      await sql.bytes(
        `SELECT 3 - range AS n, [range] AS "a list", 'x' AS n FROM range(3) ORDER BY range`,
        'parquet',
      ),
    );
    const instance = await DuckDBInstance.create();
    const connection = await instance.connect();
    const read = await connection.runAndReadAll(`FROM '${file}'`);
    expect(read.columnTypes().map(String)).toEqual(['BIGINT', 'BIGINT[]', 'VARCHAR']);
    expect(read.getRowsJson()).toEqual([
      ['3', ['0'], 'x'],
      ['2', ['1'], 'x'],
      ['1', ['2'], 'x'],
    ]);
    connection.closeSync();
    instance.closeSync();
  });
});
