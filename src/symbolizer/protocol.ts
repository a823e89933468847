// What the main thread and the worker say to each other. Columns and plain values: cheap to post.
import type { ObjectId, ObjectKind, Addressing } from '../model/code-object.ts';
import type { MissReason } from '../model/frame.ts';
import type { KernelLayoutResult } from './kernel/kernel-layout.ts';

export interface SymbolizeRequest {
  type: 'symbolize';
  object: {
    id: ObjectId;
    kind: ObjectKind;
    addressing: Addressing;
    /** Where both have one, the opened file's build id must be this. */
    buildId: string;
    /** A module's name. */
    path: string;
  };
  /** Absolute load address of a module; null where it is not known. */
  base: bigint | null;
  /** Open until the reply; the worker reads by position and neither closes nor keeps it. */
  fd: number;
  addresses: Float64Array;
}

export interface KernelLayoutRequest {
  type: 'kernel-layout';
  fd: number;
}

export type Request = SymbolizeRequest | KernelLayoutRequest;

export interface SymbolizeReply {
  type: 'symbolize';
  /** Each name once: many addresses of a hot function share it. */
  names: string[];
  /** Per address: an index into `names`, or -1 - index into MISS_REASONS. */
  outcome: Int32Array;
}

export interface KernelLayoutReply {
  type: 'kernel-layout';
  layout: KernelLayoutResult;
}

export type Reply = SymbolizeReply | KernelLayoutReply;

/** Handed to the worker at its start. */
export interface WorkerSettings {
  maxIndexBytes: number;
}

export const MISS_REASONS: readonly MissReason[] = [
  'no-file',
  'no-symbols',
  'not-covered',
  'bad-format',
  'no-map',
  'no-permission',
];

export function missOutcome(reason: MissReason): number {
  return -1 - MISS_REASONS.indexOf(reason);
}

/** Every address with the same miss. */
export function missReply(count: number, reason: MissReason): SymbolizeReply {
  return { type: 'symbolize', names: [], outcome: new Int32Array(count).fill(missOutcome(reason)) };
}
