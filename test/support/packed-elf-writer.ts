// Writes ELF files of compressed sections, in either class and byte order.

export interface PackedSection {
  name: string;
  /** `gnu`: with "ZLIB" in front; `unknown`: of a compression that nobody has; `plain`: as it is. */
  type: 'zlib' | 'zstd' | 'gnu' | 'unknown' | 'plain';
  packed: Uint8Array;
  /** That the header declares to come out. */
  size: number;
}

export interface ElfClass {
  is64: boolean;
  littleEndian: boolean;
}

const SHF_COMPRESSED = 0x800;
const CH_TYPES = { zlib: 1, zstd: 2, unknown: 99 } as const;

/** The sections are numbered from 1 on; .shstrtab is the last one. There are no segments. */
export function writePackedElf(
  sections: readonly PackedSection[],
  { is64, littleEndian }: ElfClass = { is64: true, littleEndian: true },
): Uint8Array {
  const int = (value: number, bytes: number): Buffer => {
    const digits = Buffer.from(Array.from({ length: bytes }, (_, i) => Math.floor(value / 256 ** i) % 256));
    return littleEndian ? digits : digits.reverse();
  };
  const word = (value: number): Buffer => int(value, is64 ? 8 : 4);
  const headerBytes = is64 ? 64 : 52;
  const contents = sections.map(({ type, packed, size }) => {
    if (type === 'plain') return Buffer.from(packed);
    if (type === 'gnu') return Buffer.concat([Buffer.from('ZLIB'), bigEndian64(size), packed]);
    const reserved = is64 ? [int(0, 4)] : [];
    return Buffer.concat([int(CH_TYPES[type], 4), ...reserved, word(size), word(1), packed]);
  });
  const names = Buffer.from(['', ...sections.map(({ name }) => name), '.shstrtab', ''].join('\0'));
  const nameAt = (name: string): number => names.indexOf(`\0${name}\0`) + 1;
  const header = (name: number, type: number, flags: number, offset: number, size: number): Buffer =>
    Buffer.concat([
      ...[int(name, 4), int(type, 4), word(flags), word(0), word(offset), word(size)],
      ...[int(0, 4), int(0, 4), word(1), word(0)],
    ]);
  let offset = headerBytes;
  const headers = [header(0, 0, 0, 0, 0)];
  for (const [i, { name, type }] of sections.entries()) {
    const flags = type in CH_TYPES ? SHF_COMPRESSED : 0;
    headers.push(header(nameAt(name), 1, flags, offset, contents[i]!.length));
    offset += contents[i]!.length;
  }
  headers.push(header(nameAt('.shstrtab'), 3, 0, offset, names.length));
  const elfHeader = Buffer.concat([
    Buffer.from([0x7f, 0x45, 0x4c, 0x46, is64 ? 2 : 1, littleEndian ? 1 : 2, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0]),
    ...[int(3, 2), int(62, 2), int(1, 4), word(0), word(0), word(offset + names.length), int(0, 4)],
    ...[int(headerBytes, 2), int(0, 2), int(0, 2), int(is64 ? 64 : 40, 2)],
    ...[int(headers.length, 2), int(headers.length - 1, 2)],
  ]);
  return new Uint8Array(Buffer.concat([elfHeader, ...contents, names, ...headers]));
}

function bigEndian64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(value));
  return bytes;
}
