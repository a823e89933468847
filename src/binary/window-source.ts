// WindowSource: a part of another source, such as a section of a file.
import { BinaryFormatError } from './binary-format-error.ts';
import type { ByteSource } from './byte-source.ts';

export class WindowSource implements ByteSource {
  readonly size: number;
  private readonly source: ByteSource;
  private readonly offset: number;

  /** Throws `BinaryFormatError` where the window reaches beyond the source. `section` is named in errors. */
  constructor(source: ByteSource, offset: number, size: number, section: string) {
    if (!(offset >= 0 && size >= 0 && offset + size <= source.size)) {
      const detail = `${size} bytes wanted of a file of ${source.size}`;
      throw new BinaryFormatError('truncated', section, offset, detail);
    }
    this.source = source;
    this.offset = offset;
    this.size = size;
  }

  readInto(target: Uint8Array, offset: number, section: string): void {
    if (!(offset >= 0 && offset + target.length <= this.size)) {
      const detail = `${target.length} bytes wanted of ${this.size}`;
      throw new BinaryFormatError('truncated', section, offset, detail);
    }
    this.source.readInto(target, this.offset + offset, section);
  }
}
