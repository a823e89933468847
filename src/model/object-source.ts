// How a code object's bytes are reached. The collector knows where an object can be opened
// (which live process maps it); the symbolizer only asks.
import type { CodeObject } from './code-object.ts';
import type { MissReason } from './frame.ts';

/** An open read-only descriptor, valid until `close` is called. Reads must be positional (pread). */
export interface OpenedObject {
  ok: true;
  fd: number;
  close(): void;
}
export type OpenResult = OpenedObject | { ok: false; reason: MissReason };

export interface ObjectSource {
  /**
   * What answers for the object's symbols: the ELF file (`elf`), /proc/kallsyms (`kernel`, `module`), a dump of the
   * program (`bpf`, native/bpf-programs.h), the process's perf map (`jit`), a copy of the image (`vdso`).
   */
  open(object: CodeObject): Promise<OpenResult>;
}
