// How rows are written as text: JSON and CSV.
import type { JsonValue } from './json-value.ts';
import type { ResultFacts } from './statement-job.ts';

export interface ResultColumn {
  name: string;
  /** As DuckDB names it: `BIGINT`, `VARCHAR[]`. */
  type: string;
}

/** Facts that stand at the end of an answer in JSON. */
export interface Ending extends ResultFacts {
  takenMs: number;
}

export interface TextForm {
  begin(columns: readonly ResultColumn[]): string;
  /** `index` of the row, from 0. */
  row(values: readonly JsonValue[], index: number): string;
  end(ending: Ending): string;
}

/** One document of the shape of `SqlAnswer` (src/server/routes/sql.ts), a row per line. */
const JSON_FORM: TextForm = {
  begin: (columns) => `{"columns":${JSON.stringify(columns)},\n"rows":[`,
  row: (values, index) => `${index === 0 ? '' : ','}\n${JSON.stringify(values)}`,
  end: ({ rows, truncated, takenMs }) =>
    `],\n"rowCount":${rows},"truncated":${JSON.stringify(truncated)},"asOfMs":${Math.round(takenMs)}}\n`,
};

/** RFC 4180 with line feeds. NULL is an empty cell, the empty text is `""`. */
const CSV_FORM: TextForm = {
  begin: (columns) => csvLine(columns.map(({ name }) => name)),
  row: (values) => csvLine(values),
  end: () => '',
};

function csvLine(values: readonly JsonValue[]): string {
  return `${values.map(csvCell).join(',')}\n`;
}

function csvCell(value: JsonValue): string {
  if (value === null) return '';
  const text = typeof value === 'object' ? JSON.stringify(value) : String(value);
  return text === '' || /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

export const TEXT_FORMS: Readonly<Record<'json' | 'csv', TextForm>> = { json: JSON_FORM, csv: CSV_FORM };
