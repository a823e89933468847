// What the main thread and the worker say to each other. Columns and plain values: cheap to post.
import type { ObjectId, ObjectKind, Addressing } from '../model/code-object.ts';
import type { MissReason } from '../model/frame.ts';
import { missColumns, type ChainColumns } from './chain-columns.ts';
import type { CompanionRequest } from './debug-files/companion-request.ts';
import type { KernelLayoutResult } from './kernel/kernel-layout.ts';

export interface SymbolizeRequest {
  type: 'symbolize';
  object: {
    id: ObjectId;
    kind: ObjectKind;
    addressing: Addressing;
    /** Where both have one, the opened file's build id must be this. */
    buildId: string;
    /** Path of a file, a module's name, or a BPF function's name in kallsyms. */
    path: string;
  };
  /** Absolute load address of a module; null where it is not known. */
  base: bigint | null;
  /** Open until the reply; the worker reads by position and neither closes nor keeps it. */
  fd: number;
  addresses: Float64Array;
  /** Answers to the companions that earlier replies wanted for this object. */
  companions: CompanionAnswer[];
}

/** Files that may be the companion, best first, open until the reply; none where there is none. */
export interface CompanionAnswer {
  request: CompanionRequest;
  candidates: CompanionCandidate[];
}

export interface CompanionCandidate {
  path: string;
  fd: number;
  /** Differs once the file was changed or replaced. */
  stamp: string;
}

export interface KernelLayoutRequest {
  type: 'kernel-layout';
  fd: number;
}

/** How the kernel's functions are declared; `fd` is /sys/kernel/btf/vmlinux. */
export interface PrototypesRequest {
  type: 'prototypes';
  fd: number;
  names: string[];
}

export type Request = SymbolizeRequest | KernelLayoutRequest | PrototypesRequest;

export interface SymbolizeReply {
  type: 'symbolize';
  columns: ChainColumns;
  /** Where addresses that this or an earlier job asked for hold other code now than they did then. */
  codeReplaced?: true;
}

/** The job was not done: it is to be sent again with answers to these as well. */
export interface CompanionsReply {
  type: 'companions';
  wanted: CompanionRequest[];
}

export interface KernelLayoutReply {
  type: 'kernel-layout';
  layout: KernelLayoutResult;
}

export interface PrototypesReply {
  type: 'prototypes';
  /** One per name; null where BTF does not describe it. */
  prototypes: (string | null)[];
}

export type Reply = SymbolizeReply | CompanionsReply | KernelLayoutReply | PrototypesReply;

/** Handed to the worker at its start. */
export interface WorkerSettings {
  maxIndexBytes: number;
  /** Where large sections lie while they are decompressed; undefined: where temporary files are. */
  spillDirectory: string | undefined;
}

/** Every address with the same miss. */
export function missReply(count: number, reason: MissReason): SymbolizeReply {
  return { type: 'symbolize', columns: missColumns(count, reason) };
}
