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

/** `stamp` differs once the file was changed or replaced. */
export type OpenedCompanion = (OpenedObject & { stamp: string }) | { ok: false; reason: MissReason };

export interface ObjectSource {
  /**
   * What answers for the object's symbols: the ELF file (`elf`), /proc/kallsyms (`kernel`, `module`), a dump of the
   * program (`bpf`, native/bpf-programs.h), the process's jitdump or else its perf map (`jit`), a copy of the image (`vdso`).
   */
  open(object: CodeObject): Promise<OpenResult>;
  /** A JIT object's perf map, where what `open` gives for it does not cover an address. */
  openPerfMap(object: CodeObject): Promise<OpenResult>;
  /**
   * A regular file that holds debug information of the object, by its path inside the root of a process that maps the
   * object; of this process's own root where there is none, or `object` is null. Symbolic links lead nowhere else.
   */
  openCompanion(object: CodeObject | null, path: string): Promise<OpenedCompanion>;
  /** /sys/kernel/btf/vmlinux: how the kernel's functions are declared. */
  openKernelTypes(): Promise<OpenResult>;
}
