// A window of time as a condition on samples.
import { BIGINT } from '@duckdb/node-api';
import type { TimeRange } from '../model/selector.ts';
import type { Parameters } from './parameters.ts';

/** On samples `s`. */
export function windowSql({ fromMs, untilMs }: TimeRange, parameters: Parameters): string {
  const from = parameters.add(BigInt(Math.ceil(fromMs)), BIGINT);
  const until = parameters.add(BigInt(Math.ceil(untilMs)), BIGINT);
  return `s.time_ms >= ${from} AND s.time_ms < ${until}`;
}
