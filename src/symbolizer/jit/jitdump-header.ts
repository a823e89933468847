// A jitdump's header.
import { BinaryFormatError } from '../../binary/binary-format-error.ts';
import { readBytes, readCursor, type ByteSource } from '../../binary/byte-source.ts';
import { HEADER_BYTES, JITDUMP_MAGIC, JITDUMP_VERSION } from './jitdump-constants.ts';

/** A writer may append fields, and says so by the header's size. */
const MAX_HEADER_BYTES = 4096;

export interface JitdumpHeader {
  littleEndian: boolean;
  /** Where the first record begins. */
  size: number;
  /** e_machine of the code (EM_X86_64 is 62). */
  machine: number;
  /** As the process knows itself, in its own pid namespace. */
  pid: number;
}

/** What of the file's first bytes says: a jitdump, something else, or not enough of it yet. */
export function looksLikeJitdump(source: ByteSource): boolean | null {
  if (source.size < 4) return null;
  const view = new DataView(readBytes(source, 0, 4, 'jitdump header').buffer);
  return view.getUint32(0, true) === JITDUMP_MAGIC || view.getUint32(0, false) === JITDUMP_MAGIC;
}

/** Throws `BinaryFormatError`. */
export function readJitdumpHeader(source: ByteSource): JitdumpHeader {
  const probe = readCursor(source, 0, HEADER_BYTES, 'jitdump header', true);
  const littleEndian = probe.u32() === JITDUMP_MAGIC;
  const cursor = readCursor(source, 0, HEADER_BYTES, 'jitdump header', littleEndian);
  if (cursor.u32() !== JITDUMP_MAGIC) fail('bad-magic', 0, 'no jitdump');
  const version = cursor.u32();
  // As perf does: what a later version means is not known.
  if (version > JITDUMP_VERSION) fail('bad-value', 4, `version ${version}`);
  const size = cursor.u32();
  if (size < HEADER_BYTES || size > MAX_HEADER_BYTES) fail('bad-value', 8, `a header of ${size} bytes`);
  const machine = cursor.u32();
  cursor.skip(4);
  return { littleEndian, size, machine, pid: cursor.u32() };
}

function fail(kind: 'bad-magic' | 'bad-value', offset: number, detail: string): never {
  throw new BinaryFormatError(kind, 'jitdump header', offset, detail);
}
