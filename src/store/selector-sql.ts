// A selector and a window as a WHERE clause with parameters. No value ever becomes SQL text.
import type { DuckDBType, DuckDBValue } from '@duckdb/node-api';
import { BIGINT, USMALLINT, UTINYINT, VARCHAR } from '@duckdb/node-api';
import { SAMPLE_KINDS } from '../model/profile-batch.ts';
import type { Matcher, Selector, TimeRange } from '../model/selector.ts';
import { processLabelSql } from './label-sql.ts';

/** Collects the values of one statement; `add` answers the placeholder. */
export class Parameters {
  readonly values: DuckDBValue[] = [];
  readonly types: DuckDBType[] = [];

  add(value: DuckDBValue, type: DuckDBType): string {
    this.types.push(type);
    return `$${this.values.push(value)}`;
  }
}

/** A condition on samples `s`. */
export function whereSql(selector: Selector, range: TimeRange, host: string, parameters: Parameters): string {
  const from = parameters.add(BigInt(Math.ceil(range.fromMs)), BIGINT);
  const until = parameters.add(BigInt(Math.ceil(range.untilMs)), BIGINT);
  const conditions = [`s.time_ms >= ${from}`, `s.time_ms < ${until}`];
  for (const matcher of selector) conditions.push(matcherSql(matcher, host, parameters));
  return conditions.join(' AND ');
}

function matcherSql(matcher: Matcher, host: string, parameters: Parameters): string {
  const { label, value } = matcher;
  switch (label) {
    case 'host':
      return truth(matcher, value === host);
    case 'kind': {
      const number = SAMPLE_KINDS.findIndex((kind) => kind === value);
      if (number < 0) return truth(matcher, false);
      return `s.kind ${sqlOperator(matcher)} ${parameters.add(number, UTINYINT)}`;
    }
    case 'cpu':
      // '07' and '+7' are no CPU's label, however SQL would read them.
      if (!/^(0|[1-9]\d{0,4})$/.test(value) || Number(value) > 0xffff) return truth(matcher, false);
      return `s.cpu ${sqlOperator(matcher)} ${parameters.add(Number(value), USMALLINT)}`;
    case 'thread':
      return `s.thread ${sqlOperator(matcher)} ${parameters.add(value, VARCHAR)}`;
    case 'comm':
    case 'exe':
    case 'pid':
    case 'container':
    case 'pod':
    case 'namespace':
    case 'unit':
    case 'user':
      return processSql(matcher, parameters);
  }
}

/**
 * Through a set of processes rather than a join: few processes match, and DuckDB turns it into a filter on the scan.
 * A sample whose process is not known has every process label empty: the set is always of those with a text.
 */
function processSql({ label, op, value }: Matcher, parameters: Parameters): string {
  const expression = processLabelSql(label)!;
  const empty = value === '';
  const member = empty ? `${expression} <> ''` : `${expression} = ${parameters.add(value, VARCHAR)}`;
  const wanted = (op === '=') !== empty;
  return `s.process_id ${wanted ? 'IN' : 'NOT IN'} (SELECT p.process_id FROM processes p WHERE ${member})`;
}

function truth({ op }: Matcher, equal: boolean): string {
  return (op === '=') === equal ? 'TRUE' : 'FALSE';
}

function sqlOperator({ op }: Matcher): string {
  return op === '=' ? '=' : '<>';
}
