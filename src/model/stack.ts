// A stack: locations, leaf first. Its id is a hash of that content, never of runtime addresses.
import { createHash } from 'node:crypto';
import type { LocationId } from './location.ts';

/** 64-bit hash of a stack's location ids in order. */
export type StackId = bigint & { readonly __brand: 'StackId' };

export interface Stack {
  id: StackId;
  /** Leaf first. Kernel frames, where there are any, come before user frames. */
  locations: readonly LocationId[];
}

export function stackId(locations: readonly LocationId[]): StackId {
  const bytes = new BigUint64Array(locations);
  const digest = createHash('sha256').update(new Uint8Array(bytes.buffer)).digest();
  return digest.readBigUInt64LE(0) as StackId;
}
