// LentSource: a file that a reader keeps knowing, and that is open for the length of a job only.
import type { ByteSource } from '../binary/byte-source.ts';
import { FdSource } from '../binary/byte-source.ts';
import { stampOf } from '../model/file-stamp.ts';

/** Readers that are kept between jobs are made over one of these; each job lends them a descriptor of the same file. */
export class LentSource implements ByteSource {
  readonly size: number;
  private lent: FdSource | null = null;

  /** `fd`: as for `lend`. */
  constructor(fd: number) {
    this.lent = new FdSource(fd);
    this.size = this.lent.size;
  }

  lend(fd: number): void {
    this.lent = new FdSource(fd);
  }

  /** Of the lent file (`stampOf`). */
  get stamp(): string {
    return this.lent === null ? '' : stampOf(this.lent.fd);
  }

  takeBack(): void {
    this.lent = null;
  }

  readInto(target: Uint8Array, offset: number, section: string): void {
    if (this.lent === null) throw new Error('a file is read that nobody has lent');
    this.lent.readInto(target, offset, section);
  }
}
