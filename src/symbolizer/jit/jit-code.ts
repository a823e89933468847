// JitCode: what names the code that a process makes while it runs, from a file that the process appends to.
import type { ByteSource } from '../../binary/byte-source.ts';
import type { SourceFrame } from '../source-frame.ts';

export interface JitCode {
  /** Bytes held; names stay in the file. */
  readonly byteLength: number;
  /**
   * Reads what has been appended since the last time; all of it where the file is another one by now. `source` is the
   * file as it is, and is read until the next refresh. Throws what reading throws.
   */
  refresh(source: ByteSource): void;
  /**
   * What stands at an absolute address, innermost first, by the latest that the file tells of it; null where it tells
   * nothing. Throws `BinaryFormatError`, and what reading throws.
   */
  framesAt(address: number): SourceFrame[] | null;
  /**
   * Addresses asked for since the last call of this whose code has given way to other code: what they were named is
   * right for the samples until then, and wrong for those from now on.
   */
  takeReplaced(): number;
}
