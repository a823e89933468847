// A prepared SELECT run to its end or to its limits, its rows written as text while they come.
import { join } from 'node:path';
import type { DuckDBDataChunk, DuckDBPreparedStatement, DuckDBResult } from '@duckdb/node-api';
import type { JsonValue } from './json-value.ts';
import { holdsIds, jsonValue } from './json-value.ts';
import { ResultFile } from './result-file.ts';
import type { ResultFacts, StatementJob, Truncation } from './statement-job.ts';
import { RESULT_FILE } from './statement-job.ts';
import type { TextForm } from './text-forms.ts';
import { TEXT_FORMS } from './text-forms.ts';

export async function writeTextResult(
  statement: DuckDBPreparedStatement,
  job: StatementJob,
  format: keyof typeof TEXT_FORMS,
): Promise<ResultFacts> {
  const result = await statement.stream();
  const rows = new RowWriter(job, TEXT_FORMS[format], result);
  for (;;) {
    const chunk = await result.fetchChunk();
    if (chunk === null || chunk.rowCount === 0 || !rows.take(chunk)) return rows.end();
  }
}

class RowWriter {
  readonly #job: StatementJob;
  readonly #form: TextForm;
  readonly #file: ResultFile;
  /** Of each column, whether its integers are written as text. */
  readonly #asText: readonly boolean[];
  #rows = 0;
  #truncated: Truncation = null;

  constructor(job: StatementJob, form: TextForm, result: DuckDBResult) {
    const types = result.columnTypes();
    this.#job = job;
    this.#form = form;
    this.#asText = types.map(holdsIds);
    this.#file = new ResultFile(join(job.directory, RESULT_FILE));
    this.#file.write(
      form.begin(result.columnNames().map((name, at) => ({ name, type: types[at]!.toString() }))),
    );
  }

  /** False where a limit has been reached. */
  take(chunk: DuckDBDataChunk): boolean {
    const columns = chunk.getColumns();
    for (let row = 0; row < chunk.rowCount; row++) {
      const values = columns.map((column, at) => jsonValue(column[row]!, this.#asText[at]));
      if (!this.#write(values)) return false;
    }
    return true;
  }

  end(): ResultFacts {
    const facts = { rows: this.#rows, truncated: this.#truncated };
    this.#file.write(this.#form.end({ ...facts, takenMs: this.#job.takenMs }));
    this.#file.close();
    return facts;
  }

  #write(values: readonly JsonValue[]): boolean {
    const { maxRows, maxBytes } = this.#job;
    if (this.#rows >= maxRows) this.#truncated = { by: 'rows', limit: maxRows };
    else {
      const text = this.#form.row(values, this.#rows);
      if (this.#file.bytes + Buffer.byteLength(text) > maxBytes) {
        this.#truncated = { by: 'bytes', limit: maxBytes };
      } else {
        this.#file.write(text);
        this.#rows++;
      }
    }
    return this.#truncated === null;
  }
}
