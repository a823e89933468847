// The bytes of a section as they were before they were compressed: in memory, or in a temporary file.
import { tmpdir } from 'node:os';
import { BinaryFormatError } from '../binary-format-error.ts';
import { MemorySource, readCursor, type ByteSource } from '../byte-source.ts';
import { Output } from '../decompress/output.ts';
import { SpillFile } from '../decompress/spill-file.ts';
import { unzlibByPieces, unzlibInMemory } from '../decompress/zlib.ts';
import { unzstd } from '../decompress/zstd/frames.ts';
import { WindowSource } from '../window-source.ts';
import { ELFCOMPRESS_ZLIB, ELFCOMPRESS_ZSTD, SHF_COMPRESSED, SHT_NOBITS } from './constants.ts';
import type { ElfFile } from './elf-file.ts';
import type { Section } from './sections.ts';

export interface SectionDataOptions {
  /** What is larger when decompressed lies in a temporary file. */
  maxMemoryBytes?: number;
  /** What is larger when decompressed is refused. */
  maxBytes?: number;
  /** Where temporary files are made; they have no name there, and are gone with this process at the latest. */
  spillDirectory?: string;
}

/** A source that may hold memory or a descriptor of its own. */
export interface SectionSource extends ByteSource {
  /** Bytes of memory held. */
  readonly byteLength: number;
  /** Nothing may be read afterwards. */
  close(): void;
}

const DEFAULT_MAX_MEMORY_BYTES = 64 << 20;
/** Chromium's .debug_info has 1.6 GB; beyond 4 GB DWARF would have to be of its 64-bit format. */
const DEFAULT_MAX_BYTES = 4 * 2 ** 30;
/** Deflate makes at most 1,032 bytes of one, debug sections are packed 2 to 10 times: what declares more is a bomb. */
const MAX_RATIO = 1032;
/** Short sections of zeros may be packed more tightly. */
const RATIO_SLACK_BYTES = 1 << 20;
const ZLIB_MAGIC = 0x5a4c_4942; // "ZLIB"

/**
 * The contents of a section: a window of the file where it is not compressed; empty for SHT_NOBITS. What is compressed
 * tells its size at once, and is decompressed by the first read. Throws `BinaryFormatError`, as do reads, unless
 * exactly as much comes out as is declared.
 */
export function sectionSource(
  elf: ElfFile,
  section: Section,
  options: SectionDataOptions = {},
): SectionSource {
  if (section.type === SHT_NOBITS) return new PlainSection(new MemorySource(new Uint8Array(0)));
  const stored = new WindowSource(elf.source, section.offset, section.size, section.name);
  const packed = compressionOf(elf, section, stored);
  return packed === null ? new PlainSection(stored) : new PackedSection(packed, section.name, options);
}

interface Packed {
  type: 'zlib' | 'zstd';
  bytes: ByteSource;
  /** Bytes that are to come out. */
  size: number;
}

class PlainSection implements SectionSource {
  readonly byteLength = 0;
  private readonly source: ByteSource;

  constructor(source: ByteSource) {
    this.source = source;
  }

  get size(): number {
    return this.source.size;
  }

  readInto(target: Uint8Array, offset: number, section: string): void {
    this.source.readInto(target, offset, section);
  }

  close(): void {
    // Nothing of its own.
  }
}

class PackedSection implements SectionSource {
  readonly size: number;
  private readonly packed: Packed;
  private readonly name: string;
  private readonly options: SectionDataOptions;
  private content: ByteSource | null = null;
  private file: SpillFile | null = null;
  private failure: BinaryFormatError | null = null;

  constructor(packed: Packed, name: string, options: SectionDataOptions) {
    const { size, bytes } = packed;
    const most = Math.min(options.maxBytes ?? DEFAULT_MAX_BYTES, bytes.size * MAX_RATIO + RATIO_SLACK_BYTES);
    if (size > most) {
      const detail = `${size} bytes declared to come out of ${bytes.size}, at most ${most} are taken`;
      throw new BinaryFormatError('limit', name, 0, detail);
    }
    this.size = size;
    this.packed = packed;
    this.name = name;
    this.options = options;
  }

  get byteLength(): number {
    return this.content === null || this.file !== null ? 0 : this.size;
  }

  readInto(target: Uint8Array, offset: number, section: string): void {
    this.content ??= this.decompressOnce();
    this.content.readInto(target, offset, section);
  }

  close(): void {
    this.content = null;
    this.failure = new BinaryFormatError('truncated', this.name, 0, 'the section was closed');
    this.file?.close();
  }

  /** What does not decompress is not tried again: it may have taken a second to find out. */
  private decompressOnce(): ByteSource {
    if (this.failure !== null) throw this.failure;
    try {
      return this.decompress();
    } catch (error) {
      this.file?.close();
      if (error instanceof BinaryFormatError) this.failure = error;
      throw error;
    }
  }

  private decompress(): ByteSource {
    const { name } = this;
    const { type, bytes, size } = this.packed;
    const inMemory = size <= (this.options.maxMemoryBytes ?? DEFAULT_MAX_MEMORY_BYTES);
    if (inMemory && type === 'zlib') return unzlibInMemory(bytes, size, name);
    this.file = inMemory ? null : new SpillFile(this.options.spillDirectory ?? tmpdir());
    const out = new Output(size, name, this.file);
    if (type === 'zlib') unzlibByPieces(bytes, out, name);
    else unzstd(bytes, out, name);
    return out.finish();
  }
}

function compressionOf(elf: ElfFile, section: Section, stored: ByteSource): Packed | null {
  if ((section.flags & SHF_COMPRESSED) !== 0) return readChdr(elf, section, stored);
  return section.name.startsWith('.zdebug') ? readGnuHeader(section, stored) : null;
}

/** gABI: Elf64_Chdr is type, reserved, size, alignment; Elf32_Chdr has no reserved field. */
function readChdr(elf: ElfFile, section: Section, stored: ByteSource): Packed {
  const { is64, littleEndian } = elf.header;
  const headerBytes = is64 ? 24 : 12;
  const header = readCursor(stored, 0, headerBytes, section.name, littleEndian);
  const type = header.u32();
  if (is64) header.skip(4);
  const size = header.word(is64);
  const bytes = new WindowSource(stored, headerBytes, stored.size - headerBytes, section.name);
  if (type === ELFCOMPRESS_ZLIB) return { type: 'zlib', bytes, size };
  if (type === ELFCOMPRESS_ZSTD) return { type: 'zstd', bytes, size };
  return header.fail('bad-value', `compression ${type} is not known`);
}

/** Before gABI had compression: "ZLIB" and the size, big endian in every file, in sections named .zdebug_…. */
function readGnuHeader(section: Section, stored: ByteSource): Packed {
  const header = readCursor(stored, 0, 12, section.name, false);
  if (header.u32() !== ZLIB_MAGIC) header.fail('bad-magic', 'no "ZLIB" in front');
  const size = header.u64Number();
  return { type: 'zlib', bytes: new WindowSource(stored, 12, stored.size - 12, section.name), size };
}
