// A code object: something that holds machine code and that addresses are relative to.
import { createHash } from 'node:crypto';

/** 64-bit stable identity of a code object (unsigned, as stored). */
export type ObjectId = bigint & { readonly __brand: 'ObjectId' };

export type ObjectKind = 'elf' | 'kernel' | 'module' | 'bpf' | 'jit' | 'vdso' | 'marker';

/**
 * What an address in the object counts from.
 * - `elf`: the ELF virtual address, as `addr2line` and `go tool pprof -disasm` take it.
 * - `file-offset`: bytes from the start of the file, where the program headers could not be read.
 * - `base`: bytes from the object's load address (kernel from `_text`, module, BPF program, vDSO).
 * - `absolute`: the runtime address itself (JIT regions of one process; user addresses are below 2^47).
 */
export type Addressing = 'elf' | 'file-offset' | 'base' | 'absolute';

export interface CodeObject {
  id: ObjectId;
  kind: ObjectKind;
  /** Lower-case hex, empty where the file has none. */
  buildId: string;
  /** The path first seen, `[kernel.kallsyms]`, `[vdso]`, a module's or a BPF program's name. */
  path: string;
  /** Bytes of the file; 0 where unknown. */
  size: number;
  addressing: Addressing;
}

/** Identity of an object from its kind and what tells it from all others of that kind (build id, tag, …). */
export function objectId(kind: ObjectKind, addressing: Addressing, key: string): ObjectId {
  return hash64(`object\0${kind}\0${addressing}\0${key}`) as ObjectId;
}

/** First 8 bytes, little endian, of the SHA-256 of the text. Ids derived from it are the same on every host. */
export function hash64(text: string | Uint8Array): bigint {
  return createHash('sha256').update(text).digest().readBigUInt64LE(0);
}
