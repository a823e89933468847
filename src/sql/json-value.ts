// DuckDB's values as JSON has them. The rules are part of the interface (docs/sql.md, "Values").
import type { DuckDBType, DuckDBValue } from '@duckdb/node-api';
import {
  DuckDBArrayValue,
  DuckDBDecimalValue,
  DuckDBListValue,
  DuckDBMapValue,
  DuckDBStructValue,
  DuckDBTimestampTZValue,
  DuckDBTimestampValue,
  DuckDBUnionValue,
} from '@duckdb/node-api';

export type JsonValue = string | number | boolean | null | JsonValue[] | { [name: string]: JsonValue };

/** Ids use the whole range of 64 bits: as numbers some would be rounded, so all integers of such a column are texts. */
export function holdsIds(type: DuckDBType): boolean {
  return /\bU(BIG|HUGE)INT\b/.test(type.toString());
}

/**
 * - Integers: numbers where a double holds them exactly, else decimal text; `asText`: always text.
 * - Decimals and floats: numbers; NaN and the infinities as text, which JSON has no numbers for.
 * - Timestamps: RFC 3339 in UTC. Other times, intervals, UUIDs, blobs, bits: text as DuckDB writes them.
 * - Lists: arrays. Structs: objects. Maps: arrays of [key, value].
 */
export function jsonValue(value: DuckDBValue, asText = false): JsonValue {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  return typeof value === 'bigint' ? integer(value, asText) : composite(value, asText);
}

function integer(value: bigint, asText: boolean): number | string {
  const number = Number(value);
  return !asText && Number.isSafeInteger(number) ? number : value.toString();
}

function composite(value: NonNullable<DuckDBValue> & object, asText: boolean): JsonValue {
  const inner = (each: DuckDBValue) => jsonValue(each, asText);
  if (value instanceof DuckDBListValue || value instanceof DuckDBArrayValue) return value.items.map(inner);
  if (value instanceof DuckDBStructValue) return objectOf(value.entries, inner);
  if (value instanceof DuckDBMapValue)
    return value.entries.map(({ key, value: of }) => [inner(key), inner(of)]);
  if (value instanceof DuckDBUnionValue) return inner(value.value);
  if (value instanceof DuckDBDecimalValue) return Number(value.toString());
  if (value instanceof DuckDBTimestampValue) return rfc3339(value);
  if (value instanceof DuckDBTimestampTZValue) return rfc3339(new DuckDBTimestampValue(value.micros));
  return value.toString();
}

function objectOf(
  entries: Readonly<Record<string, DuckDBValue>>,
  inner: (value: DuckDBValue) => JsonValue,
): JsonValue {
  return Object.fromEntries(Object.entries(entries).map(([name, value]) => [name, inner(value)]));
}

/** `2026-01-31T14:00:00.123Z`; years that RFC 3339 does not have, and the infinities, as DuckDB writes them. */
function rfc3339(value: DuckDBTimestampValue): string {
  const text = value.toString();
  return /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?$/.test(text) ? `${text.replace(' ', 'T')}Z` : text;
}
