// What DuckDB throws, as the error that people are told.
import { DuckDBInstance } from '@duckdb/node-api';
import { describe, expect, it } from 'vitest';
import { questionError, StoreError } from '../../src/store/store-error.ts';

/** What a statement fails with. */
async function thrownBy(...statements: readonly string[]): Promise<unknown> {
  const instance = await DuckDBInstance.create(':memory:', { memory_limit: '32MiB', temp_directory: '' });
  const connection = await instance.connect();
  try {
    for (const sql of statements) await connection.run(sql);
    throw new Error('it did not fail');
  } catch (error) {
    return error;
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

describe('questionError', () => {
  it('says what to do where the memory is not enough', async () => {
    const error = await thrownBy('CREATE TABLE t AS SELECT range, md5(range::VARCHAR) FROM range(10000000)');
    const told = questionError(error, 256e6);
    expect(told).toBeInstanceOf(StoreError);
    expect(told).toMatchObject({ kind: 'too-large', cause: error });
    expect((told as Error).message).toBe(
      'the question needs more memory than --memory-limit allows, which is 256 MB; ask about a shorter window, or raise it',
    );
  });

  it('leaves every other error as it is', async () => {
    for (const error of [await thrownBy('SELECT nothing'), new StoreError('bad-query', 'no'), 'text']) {
      expect(questionError(error, 1)).toBe(error);
    }
  });
});
