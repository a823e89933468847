// KernelPrototypes: how the kernel's functions are declared, for whoever shows their names.
import type { ByteSource } from '../../binary/byte-source.ts';
import { Btf } from './btf.ts';

/** What compilers append to a function that they have changed: `.isra.0`, `.constprop.0`, `.part.0`, `.cold`, `.llvm.…`. */
const COMPILER_SUFFIX = /\..*$/;

export class KernelPrototypes {
  private readonly kernel: Btf;
  private readonly modules = new Map<string, Btf>();

  /** `source`: /sys/kernel/btf/vmlinux, readable as long as this is used. Throws `BinaryFormatError`, as do the methods. */
  constructor(source: ByteSource) {
    this.kernel = Btf.read(source);
  }

  /** Bytes of the indexes that are held; types and names stay in the source. */
  get byteLength(): number {
    let bytes = this.kernel.byteLength;
    for (const module of this.modules.values()) bytes += module.byteLength;
    return bytes;
  }

  /** `source`: /sys/kernel/btf/MODULE, which is split BTF on top of the kernel's. In the place of an earlier one. */
  addModule(module: string, source: ByteSource): void {
    this.modules.set(module, Btf.read(source, this.kernel));
  }

  /**
   * C declaration of a function by its name in kallsyms, in a module (as kallsyms names it) or, with '', in the kernel
   * itself. Null where BTF does not describe it: assembly, and functions whose parameters the compiler moved.
   */
  prototypeOf(name: string, module = ''): string | null {
    const btf = module === '' ? this.kernel : this.modules.get(module);
    if (btf === undefined || name === '') return null;
    const exact = btf.prototypeOf(name);
    if (exact !== null) return exact;
    const source = name.replace(COMPILER_SUFFIX, '');
    return source === name || source === '' ? null : btf.prototypeOf(source);
  }
}
