// From the columns of a comparison to the tree that is drawn: every frame with what it used before and after. No DOM.
import type { FrameClass } from '../frame-tree.ts';
import { classOfKind, matches, pathHash } from '../frame-tree.ts';
import type { DiffBody, DiffColumns, Normalization } from './diff-body.ts';

/**
 * What a frame's width stands for: its CPU time before, after, or the mean of the two on the scale of the comparison.
 * Each of the three adds up from callees to callers; in the mean, frames of either side can be seen.
 */
export type Widths = 'both' | 'before' | 'after';

/** What a frame used on one side. */
export interface DiffSide {
  /** CPU time of the frame itself, and with everything called, ns. */
  self: number;
  total: number;
  /** Samples of `total`. */
  count: number;
  /** Of the side's CPU time; 0 where the side has none. */
  selfShare: number;
  share: number;
  /** `total` per second of the window: CPUs. */
  rate: number;
}

/** Whether a frame was met on both sides, only before, only after, or (the root of two empty windows) on neither. */
export type Presence = 'both' | 'before' | 'after' | 'neither';

export interface DiffNode {
  name: string;
  /** Width, in the unit of the comparison. */
  value: number;
  children: DiffNode[];
  /** Path of the object; '' for the root and groups. */
  object: string;
  /** Source file and line: '' and 0 where unknown. */
  file: string;
  line: number;
  frameClass: FrameClass;
  /** The key that the same path has in a flame graph of one window. */
  key: string;
  left: DiffSide;
  right: DiffSide;
  presence: Presence;
  /** After − before in the unit of the comparison. */
  change: number;
  /** The change as a part of the larger side's whole: between −1 and 1. */
  weight: number;
  /** The change as a part of what the frame used on the larger side: −1 vanished, 1 appeared. */
  ratio: number;
}

/** A side's figure on the scale that the comparison is made on. */
export function measure(side: Pick<DiffSide, 'total' | 'share' | 'rate'>, normalize: Normalization): number {
  return { share: side.share, 'core-seconds': side.rate, none: side.total }[normalize];
}

export function diffTree(body: DiffBody, widths: Widths): DiffNode {
  const { nodes, names, objects, objectKinds, files, normalize } = body;
  const whole = Math.max(
    measure(sideAt(nodes.left, 0, body.left.total), normalize),
    measure(sideAt(nodes.right, 0, body.right.total), normalize),
  );
  const made: DiffNode[] = [];
  const hashes: number[] = [];
  nodes.parent.forEach((parent, i) => {
    const object = nodes.object[i]!;
    const path = objects[object]!;
    // A group without a value, such as processes outside of any container.
    const name = names[nodes.name[i]!]! || '(none)';
    const hash = pathHash(hashes[parent], name, path);
    const left = sideAt(nodes.left, i, body.left.total);
    const right = sideAt(nodes.right, i, body.right.total);
    const node: DiffNode = {
      ...{ name, children: [], object: path, frameClass: classOfKind(objectKinds[object]!) },
      ...{ file: files[nodes.file[i]!]!, line: nodes.line[i]! },
      ...{ key: hash.toString(36), left, right, presence: presenceOf(left, right) },
      ...widthAndChange(measure(left, normalize), measure(right, normalize), whole, widths),
    };
    hashes.push(hash);
    made.push(node);
    // Depth first: a parent precedes its children.
    if (parent >= 0) made[parent]!.children.push(node);
  });
  return made[0]!;
}

function sideAt(columns: DiffColumns, i: number, sideTotal: number): DiffSide {
  const self = columns.self[i]!;
  return {
    self,
    total: columns.total[i]!,
    count: columns.count[i]!,
    selfShare: sideTotal === 0 ? 0 : self / sideTotal,
    share: columns.share[i]!,
    rate: columns.rate[i]!,
  };
}

function presenceOf(left: DiffSide, right: DiffSide): Presence {
  if (left.total > 0) return right.total > 0 ? 'both' : 'before';
  return right.total > 0 ? 'after' : 'neither';
}

function widthAndChange(before: number, after: number, whole: number, widths: Widths) {
  const change = after - before;
  const larger = Math.max(before, after);
  return {
    value: { both: (before + after) / 2, before, after }[widths],
    change,
    weight: whole === 0 ? 0 : change / whole,
    ratio: larger === 0 ? 0 : change / larger,
  };
}

export interface DiffMatch {
  frames: number;
  /** Share of each side's CPU time in stacks with a match: what is below a match is not counted again. */
  left: number;
  right: number;
}

export function diffMatch(root: DiffNode, term: string): DiffMatch {
  const found: DiffMatch = { frames: 0, left: 0, right: 0 };
  const visit = (node: DiffNode, inMatch: boolean) => {
    const matched = matches(node, term);
    if (matched) found.frames++;
    if (matched && !inMatch) {
      found.left += node.left.share;
      found.right += node.right.share;
    }
    for (const child of node.children) visit(child, inMatch || matched);
  };
  visit(root, false);
  return found;
}
