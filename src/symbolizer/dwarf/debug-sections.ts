// DebugSections: where the DWARF reader has its sections from.
import type { ByteSource } from '../../binary/byte-source.ts';

/** The debug sections of one file, decompressed. The sources stay valid as long as the reader that was given them. */
export interface DebugSections {
  littleEndian: boolean;
  is64: boolean;
  /** By name: `.debug_info`, `.debug_info.dwo`, …; null where the file has no such section. */
  section(name: string): ByteSource | null;
}
