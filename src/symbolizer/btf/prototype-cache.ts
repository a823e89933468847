// PrototypeCache: the index of the kernel's BTF, kept between jobs.
import { BinaryFormatError } from '../../binary/binary-format-error.ts';
import { LentSource } from '../lent-source.ts';
import { KernelPrototypes } from './kernel-prototypes.ts';

export class PrototypeCache {
  private kept: { source: LentSource; prototypes: KernelPrototypes } | null = null;

  /** `fd`: /sys/kernel/btf/vmlinux. One per name; null where BTF does not describe it, or cannot be read. */
  of(names: readonly string[], fd: number): (string | null)[] {
    try {
      const { source, prototypes } = this.open(fd);
      try {
        return names.map((name) => prototypes.prototypeOf(name));
      } finally {
        source.takeBack();
      }
    } catch (error) {
      if (error instanceof BinaryFormatError) return names.map(() => null);
      throw error;
    }
  }

  private open(fd: number): { source: LentSource; prototypes: KernelPrototypes } {
    if (this.kept !== null) {
      this.kept.source.lend(fd);
      return this.kept;
    }
    const source = new LentSource(fd);
    this.kept = { source, prototypes: new KernelPrototypes(source) };
    return this.kept;
  }
}
