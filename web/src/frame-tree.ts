// From the server's columns to the tree that the flame graph draws, and what can be read off it. No DOM here.
import type { FlamegraphBody } from './api.ts';

/** What a frame's colour tells: whose code runs. */
export const FRAME_CLASSES = ['kernel', 'native', 'jit', 'marker', 'group'] as const;
export type FrameClass = (typeof FRAME_CLASSES)[number];

/** A node of the tree. `name`, `value` and `children` are the names d3-flame-graph reads. */
export interface FrameNode {
  name: string;
  /** CPU time with everything called, ns. */
  value: number;
  children: FrameNode[];
  /** CPU time of the frame itself, ns. */
  self: number;
  /** Samples, with everything called. */
  count: number;
  /** Path of the object; '' for the root and groups. */
  object: string;
  /** Source file and line that the frame's heaviest stack is at: '' and 0 where unknown. */
  file: string;
  line: number;
  /** How code made at run time was compiled, of that stack; '' where that is not told. */
  tier: string;
  frameClass: FrameClass;
  /** The same for the same path of frames, in every answer; short enough for a URL. */
  key: string;
}

const CLASS_OF_KIND: Readonly<Record<string, FrameClass>> = {
  kernel: 'kernel',
  module: 'kernel',
  bpf: 'kernel',
  elf: 'native',
  vdso: 'native',
  jit: 'jit',
  marker: 'marker',
};

export function classOfKind(kind: string): FrameClass {
  return CLASS_OF_KIND[kind] ?? 'group';
}

/** Of the path of frames down to this one; `parent` is that of the path above, undefined for the root. */
export function pathHash(parent: number | undefined, name: string, object: string): number {
  return hashOn(hashOn(parent ?? 0x811c9dc5, name), object);
}

/** FNV-1a, 32 bit, continued from an earlier hash. */
function hashOn(hash: number, text: string): number {
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return Math.imul(hash ^ 0xff, 0x01000193) >>> 0;
}

export function frameTree(body: FlamegraphBody): FrameNode {
  const { nodes, names, objects, objectKinds, files, tiers } = body;
  const frames: FrameNode[] = [];
  const hashes: number[] = [];
  nodes.parent.forEach((parentIndex, i) => {
    const object = nodes.object[i]!;
    const path = objects[object]!;
    // A group without a value, such as processes outside of any container.
    const name = names[nodes.name[i]!]! || '(none)';
    const hash = pathHash(hashes[parentIndex], name, path);
    const frame: FrameNode = {
      name,
      value: nodes.total[i]!,
      children: [],
      self: nodes.self[i]!,
      count: nodes.count[i]!,
      object: path,
      file: files[nodes.file[i]!]!,
      line: nodes.line[i]!,
      tier: tiers[nodes.tier[i]!]!,
      frameClass: classOfKind(objectKinds[object]!),
      key: hash.toString(36),
    };
    hashes.push(hash);
    frames.push(frame);
    // Depth first: a parent precedes its children, and children come heaviest first.
    if (parentIndex >= 0) frames[parentIndex]!.children.push(frame);
  });
  return frames[0]!;
}

/** Name of the node that stands for everything. */
const WHOLE = 'all';

/** Case does not matter; the empty term matches nothing, and no term everything by the name of the whole. */
export function matches({ name, object }: Pick<FrameNode, 'name' | 'object'>, term: string): boolean {
  if (term === '' || (name === WHOLE && object === '')) return false;
  const needle = term.toLowerCase();
  return name.toLowerCase().includes(needle) || object.toLowerCase().includes(needle);
}

export interface MatchTotals {
  frames: number;
  /** CPU time of stacks with a match, ns: what is below a match is not counted again. */
  value: number;
}

/** Of a search. */
export function matchTotals(root: FrameNode, term: string): MatchTotals {
  return foundTotals(root, (frame) => matches(frame, term));
}

/** Of frames that are found by any other means. */
export function foundTotals(root: FrameNode, found: (frame: FrameNode) => boolean): MatchTotals {
  const totals = { frames: 0, value: 0 };
  const visit = (frame: FrameNode, inMatch: boolean) => {
    const matched = found(frame);
    if (matched) totals.frames++;
    if (matched && !inMatch) totals.value += frame.value;
    for (const child of frame.children) visit(child, inMatch || matched);
  };
  visit(root, false);
  return totals;
}

/** Share of the root's CPU time whose leaf is of each class; what a cut hid counts to none. */
export function classShares(root: FrameNode): Record<FrameClass, number> {
  const shares = { kernel: 0, native: 0, jit: 0, marker: 0, group: 0 };
  const visit = (frame: FrameNode) => {
    shares[frame.frameClass] += root.value === 0 ? 0 : frame.self / root.value;
    frame.children.forEach(visit);
  };
  visit(root);
  return shares;
}
