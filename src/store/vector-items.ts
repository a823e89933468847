// The numbers of a DuckDB vector as they lie in memory. They are in a field that the client keeps to itself: its `getItem`
// and `setItem` make a bigint, or check a value, for each of them, which is most of the time that a column takes.
import type { DuckDBVector } from '@duckdb/node-api';

/** What vectors of whole numbers keep them in, by their SQL type. */
export type VectorItems = Uint8Array | Uint16Array | Uint32Array | BigInt64Array | BigUint64Array;

const KINDS = [Uint8Array, Uint16Array, Uint32Array, BigInt64Array, BigUint64Array] as const;

/** Writing to it changes the vector, once that is flushed. */
export function itemsOf(vector: DuckDBVector): VectorItems {
  const { items } = vector as unknown as { items?: unknown };
  const kind = KINDS.find((each) => items instanceof each);
  if (kind === undefined) throw new TypeError(`a vector of ${String(vector.type)} holds no whole numbers`);
  return items as VectorItems;
}

/** Numbers of 64 bits as low and high word in turn. */
export function wordsOf(vector: DuckDBVector): Uint32Array {
  const items = itemsOf(vector);
  if (items.BYTES_PER_ELEMENT !== 8) throw new TypeError(`${String(vector.type)} has no 64 bits`);
  return new Uint32Array(items.buffer, items.byteOffset, items.length * 2);
}

/** Numbers of 32 bits without a sign. */
export function uintegersOf(vector: DuckDBVector): Uint32Array {
  const items = itemsOf(vector);
  if (!(items instanceof Uint32Array)) throw new TypeError(`${String(vector.type)} is not UINTEGER`);
  return items;
}
