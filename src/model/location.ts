// A location: one address in one code object; the unit that names are given to.
import type { CodeObject, ObjectId } from './code-object.ts';
import { objectId } from './code-object.ts';

/** 64-bit identity of (object, address): the same on every host and in every run. */
export type LocationId = bigint & { readonly __brand: 'LocationId' };

/** Address in its object, as `CodeObject.addressing` counts it; below 2^53. */
export type ObjectAddress = number & { readonly __brand: 'ObjectAddress' };

export interface Location {
  id: LocationId;
  object: ObjectId;
  /** For a return address this is the address minus one, so that a look-up finds the call (leaf and interrupted frames: the address itself). */
  address: ObjectAddress;
}

const MASK = 0xffff_ffff_ffff_ffffn;

/** Mixes object id and address (MurmurHash3's 64-bit finalizer over their combination). */
export function locationId(object: ObjectId, address: number): LocationId {
  let h = (object ^ (BigInt(address) * 0x9e37_79b9_7f4a_7c15n)) & MASK;
  h = ((h ^ (h >> 33n)) * 0xff51_afd7_ed55_8ccdn) & MASK;
  h = ((h ^ (h >> 33n)) * 0xc4ce_b9fe_1a85_ec53n) & MASK;
  return (h ^ (h >> 33n)) as LocationId;
}

/**
 * Frames that stand for what could not be walked or mapped. They are locations of one object of kind `marker`;
 * the address is the index in this list, so the order is part of the stored format: append only.
 */
export const MARKERS = [
  '[unknown]',
  '[truncated]',
  '[no user stack]',
  '[no kernel stack]',
  '[lost stack]',
  '[exited]',
  '[no unwind table yet]',
  '[unsupported unwind rule]',
  '[bad stack]',
  '[jit]',
  '[unknown process]',
  '[exec or exit]',
  '[32-bit program]',
] as const;
export type Marker = (typeof MARKERS)[number];

export const MARKER_OBJECT: CodeObject = {
  id: objectId('marker', 'base', 'v1'),
  kind: 'marker',
  buildId: '',
  path: '[marker]',
  size: 0,
  addressing: 'base',
};

export function markerLocation(marker: Marker): Location {
  const address = MARKERS.indexOf(marker);
  return {
    id: locationId(MARKER_OBJECT.id, address),
    object: MARKER_OBJECT.id,
    address: address as ObjectAddress,
  };
}

/** A marker that says more than the fixed ones can, such as `[no unwind info: libfoo.so]`: an object of its own. */
export function describedMarker(text: string): CodeObject {
  return { ...MARKER_OBJECT, id: objectId('marker', 'base', text), path: text };
}

/** What a frame of an object of kind `marker` is called. */
export function markerName(object: CodeObject, address: number): string {
  return object.path === MARKER_OBJECT.path ? (MARKERS[address] ?? MARKERS[0]) : object.path;
}
