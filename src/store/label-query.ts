// Which labels have values in a window, and which values.
import type { DuckDBConnection } from '@duckdb/node-api';
import type { LabelName } from '../model/selector.ts';
import { LABELS } from '../model/selector.ts';
import { groupingSql, processLabelSql } from './label-sql.ts';
import { Parameters } from './parameters.ts';
import { whereSql } from './selector-sql.ts';
import type { SampleQuery } from './stack-query.ts';

export async function queryLabelNames(
  connection: DuckDBConnection,
  { selector, range, host }: SampleQuery,
): Promise<LabelName[]> {
  const parameters = new Parameters();
  const where = whereSql(selector, range, host, parameters);
  const flags = LABELS.map((label) => {
    const expression = processLabelSql(label) ?? (label === 'thread' ? 'g.thread' : undefined);
    if (label === 'cpu') return 'coalesce(bool_or(g.on_cpu), FALSE)';
    // kind and host have a value wherever there is a sample.
    return expression === undefined ? 'count(*) > 0' : `coalesce(bool_or(${expression} <> ''), FALSE)`;
  });
  const found = await connection.runAndReadAll(
    `SELECT ${flags.join(', ')}
     FROM (SELECT DISTINCT s.process_id, s.thread, s.cpu IS NOT NULL AS on_cpu FROM samples s WHERE ${where}) g
     LEFT JOIN processes p ON p.process_id = g.process_id`,
    parameters.values,
    parameters.types,
  );
  return LABELS.filter((_, at) => found.value(at, 0) === true);
}

export async function queryLabelValues(
  connection: DuckDBConnection,
  label: LabelName,
  { selector, range, host }: SampleQuery,
  limit: number,
): Promise<{ values: { value: string; count: number }[]; hidden: number }> {
  const grouping = groupingSql(label);
  const parameters = new Parameters();
  const rows = await connection.runAndReadAll(
    `WITH g AS MATERIALIZED (
       SELECT ${grouping.key} AS key, sum(s.count) AS count FROM samples s
       WHERE ${whereSql(selector, range, host, parameters)} GROUP BY ALL
     )
     SELECT ${grouping.label} AS label, sum(g.count)::DOUBLE AS count FROM g ${grouping.join}
     -- Grouped by a constant (the host), no rows at all are still one group.
     GROUP BY ALL HAVING sum(g.count) > 0 ORDER BY count DESC, label`,
    parameters.values,
    parameters.types,
  );
  const values = rows
    .getRows()
    .map(([value, count]) => ({ value: label === 'host' ? host : (value as string), count: count as number }))
    .filter(({ value }) => value !== '');
  return { values: values.slice(0, limit), hidden: Math.max(0, values.length - limit) };
}
