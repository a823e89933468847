// From runtime addresses to locations: address space layout is gone from here on.
import type { CodeObject } from '../model/code-object.ts';
import type { Location, Marker, ObjectAddress } from '../model/location.ts';
import { describedMarker, locationId, markerLocation, MARKER_OBJECT, MARKERS } from '../model/location.ts';
import type { Stack } from '../model/stack.ts';
import { stackId } from '../model/stack.ts';
import type { WalkEnd } from '../model/walk-end.ts';
import { WALK_ENDS } from '../model/walk-end.ts';
import type { AddressSpace } from './address-space.ts';
import type { KernelAddresses } from './kernel-addresses.ts';
import type { ObjectRef } from './object-ref.ts';
import type { RawStack } from './sample-decoder.ts';
import { FRAME_BY_POINTER, FRAME_EXACT, LEAF_FRAMES, MAX_KERNEL_FRAMES } from './wire.gen.ts';

/** A frame that waits for its object's file to be read, or needs not wait. */
type AttributedFrame =
  | { ref: ObjectRef; offset: number; returnAddress: boolean }
  | { object: CodeObject; address: number }
  | { marker: Marker };

/** A stack whose addresses have been found in the mappings that held when it was sampled. */
export interface AttributedStack {
  /** Empty once the stack is resolved, like `refs`: thousands of stacks are kept for when they recur. */
  frames: readonly AttributedFrame[];
  /** Objects that must be loaded before `resolveStack` can answer. */
  refs: ReadonlySet<ObjectRef>;
  resolved?: ResolvedStack;
}

const NO_REFS: ReadonlySet<ObjectRef> = new Set();

/** A location and the object that it is in. */
export interface Located {
  readonly location: Location;
  readonly object: CodeObject;
}

/** The stack as it is stored, with what its locations refer to. */
export interface ResolvedStack {
  stack: Stack;
  located: readonly Located[];
}

/** Stands for a stack whose body never reached us. */
export const LOST_STACK: AttributedStack = { frames: [{ marker: '[lost stack]' }], refs: NO_REFS };

export function attribute(stack: RawStack, space: AddressSpace, kernel: KernelAddresses): AttributedStack {
  const frames: AttributedFrame[] = [];
  for (let i = 0; i < stack.kernel.length; i++) frames.push(kernelFrame(stack.kernel[i]!, i, kernel));
  if (stack.kernelError) frames.push({ marker: '[no kernel stack]' });
  if (stack.kernel.length === MAX_KERNEL_FRAMES) frames.push({ marker: '[truncated]' });
  if (stack.kthread)
    return { frames: frames.length > 0 ? frames : [{ marker: '[no kernel stack]' }], refs: NO_REFS };
  const user = userFrames(stack, space);
  frames.push(...user, ...endOfWalk(WALK_ENDS[stack.walkEnd] ?? 'root', user.at(-1)));
  if (frames.length === 0) frames.push({ marker: '[no user stack]' });
  const refs = new Set(user.flatMap((frame) => ('ref' in frame ? [frame.ref] : [])));
  return { frames: collapseUnknown(frames), refs };
}

/** The first frame is where the kernel was interrupted; the others are return addresses, behind their call. */
function kernelFrame(address: bigint, index: number, kernel: KernelAddresses): AttributedFrame {
  const found = kernel.find(index > 0 ? address - 1n : address);
  return found ?? { marker: '[unknown]' };
}

function userFrames({ user, skipped }: RawStack, space: AddressSpace): AttributedFrame[] {
  const frames: AttributedFrame[] = [];
  for (let i = 0; i < user.length; i++) {
    if (i === LEAF_FRAMES && skipped > 0) frames.push(described(`[… ${skipped} frames]`));
    frames.push(userFrame(user[i]!, i === 0, space));
  }
  return frames;
}

const ADDRESS = ~(FRAME_BY_POINTER | FRAME_EXACT);

function userFrame(word: bigint, innermost: boolean, space: AddressSpace): AttributedFrame {
  const address = word & ADDRESS;
  const returnAddress = !innermost && (word & FRAME_EXACT) === 0n;
  const mapping = space.find(returnAddress ? address - 1n : address);
  if (!mapping) return { marker: '[unknown]' };
  return { ref: mapping.ref, offset: mapping.offset + Number(address - mapping.start), returnAddress };
}

/** Stands where the rest of the stack would be. Without it an incomplete stack would look like another whole one. */
function endOfWalk(end: WalkEnd, last: AttributedFrame | undefined): AttributedFrame[] {
  if (end === 'root' || end === 'noUserStack') return [];
  if (end !== 'noRule') return [{ marker: END_MARKERS[end] }];
  const path = last && 'ref' in last ? last.ref.path.replace(/ \(deleted\)$/, '') : '';
  return [described(`[no unwind info: ${path.slice(path.lastIndexOf('/') + 1) || 'unknown'}]`)];
}

const END_MARKERS: Record<Exclude<WalkEnd, 'root' | 'noUserStack' | 'noRule'>, Marker> = {
  noTable: '[no unwind table yet]',
  unsupported: '[unsupported unwind rule]',
  badRead: '[bad stack]',
  badFrame: '[bad stack]',
  jit: '[jit]',
  noMapping: '[unknown]',
  noProcess: '[unknown process]',
  tooDeep: '[truncated]',
  exiting: '[exec or exit]',
  otherAbi: '[32-bit program]',
  copyEnded: '[truncated]',
};

function described(text: string): AttributedFrame {
  return { object: describedMarker(text), address: 0 };
}

/** Without frame pointers a walk strays through data: a run of unknown addresses says no more than one. */
function collapseUnknown(frames: AttributedFrame[]): AttributedFrame[] {
  return frames.filter((frame, i) => {
    const before = frames[i - 1];
    return !('marker' in frame && before && 'marker' in before && before.marker === frame.marker);
  });
}

/** Worked out once per stack. Every ref of it must have been loaded. */
export function resolveStack(attributed: AttributedStack): ResolvedStack {
  if (attributed.resolved) return attributed.resolved;
  const located = attributed.frames.map(locateFrame);
  const locations = located.map(({ location }) => location.id);
  attributed.resolved = { stack: { id: stackId(locations), locations }, located };
  attributed.frames = [];
  attributed.refs = NO_REFS;
  return attributed.resolved;
}

function locateFrame(frame: AttributedFrame): Located {
  if ('marker' in frame) return MARKER_LOCATIONS.get(frame.marker)!;
  if ('object' in frame) return locate(frame.object, frame.address);
  return locate(frame.ref.object!, frame.ref.addressOf(frame.offset - (frame.returnAddress ? 1 : 0)));
}

const MARKER_LOCATIONS: ReadonlyMap<Marker, Located> = new Map(
  MARKERS.map((marker) => [marker, { location: markerLocation(marker), object: MARKER_OBJECT }]),
);

/** Locations met lately, by object: the same few thousand recur in every batch, and each id costs 64-bit arithmetic. */
let met = new WeakMap<CodeObject, Map<number, Located>>();
let metCount = 0;
/** Of all objects together: each takes 150 bytes, and a build of many programs meets 100,000 that never come back. */
const MAX_MET = 20_000;

function locate(object: CodeObject, address: number): Located {
  let located = met.get(object)?.get(address);
  if (!located) {
    const location = {
      id: locationId(object.id, address),
      object: object.id,
      address: address as ObjectAddress,
    };
    located = { location, object };
    remember(object, address, located);
  }
  return located;
}

function remember(object: CodeObject, address: number, located: Located): void {
  if (metCount++ >= MAX_MET) {
    met = new WeakMap();
    metCount = 1;
  }
  const known = met.get(object);
  if (known === undefined) met.set(object, new Map([[address, located]]));
  else known.set(address, located);
}
