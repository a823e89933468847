// Writes an ELF file without section headers whose dynamic segment names functions.

export interface DynamicElf {
  is64: boolean;
  littleEndian: boolean;
  /** Each 16 bytes long, from 0x1000 on; after the first the sizes are left out. */
  functions: readonly string[];
}

const TEXT = 0x1000;
const DATA = 0x4000;

/** One PT_LOAD of code, one of everything else at 0x4000, PT_DYNAMIC with DT_HASH. */
export function writeDynamicElf({ is64, littleEndian, functions }: DynamicElf): Uint8Array {
  const int = (value: number, bytes: number): Buffer => {
    const digits = Buffer.from(Array.from({ length: bytes }, (_, i) => Math.floor(value / 256 ** i) % 256));
    return littleEndian ? digits : digits.reverse();
  };
  const word = (value: number): Buffer => int(value, is64 ? 8 : 4);
  const strings = Buffer.from(['', ...functions, ''].join('\0'));
  const symbols = [symbol(0, 0, 0, 0), ...functions.map((name, i) => symbolOf(name, i))];
  const hash = Buffer.concat([int(1, 4), int(symbols.length, 4), int(0, 4 * (1 + symbols.length))]);
  const headerBytes = is64 ? 64 : 52;
  const segmentBytes = is64 ? 56 : 32;
  const symbolsAt = headerBytes + 3 * segmentBytes;
  const stringsAt = symbolsAt + Buffer.concat(symbols).length;
  const hashAt = stringsAt + strings.length;
  const dynamicAt = hashAt + hash.length;
  const tags = [4, DATA + hashAt, 5, DATA + stringsAt, 6, DATA + symbolsAt, 10, strings.length, 0, 0];
  const dynamic = Buffer.concat(tags.map(word));
  const size = dynamicAt + dynamic.length;
  const segments = [
    segment(1, 5, 0, TEXT, functions.length * 16),
    segment(1, 4, 0, DATA, size),
    segment(2, 4, dynamicAt, DATA + dynamicAt, dynamic.length),
  ];
  const header = Buffer.concat([
    Buffer.from([0x7f, 0x45, 0x4c, 0x46, is64 ? 2 : 1, littleEndian ? 1 : 2, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0]),
    ...[int(3, 2), int(20, 2), int(1, 4), word(0), word(headerBytes), word(0), int(0, 4)],
    ...[int(headerBytes, 2), int(segmentBytes, 2), int(3, 2), int(0, 6)],
  ]);
  return new Uint8Array(Buffer.concat([header, ...segments, ...symbols, strings, hash, dynamic]));

  function symbolOf(name: string, i: number): Buffer {
    const at = strings.indexOf(`\0${name}\0`) + 1;
    // Global, STT_FUNC with a size, STT_NOTYPE without.
    return symbol(at, TEXT + 16 * i, i === 0 ? 16 : 0, i === 0 ? 0x12 : 0x10);
  }

  function symbol(name: number, value: number, bytes: number, info: number): Buffer {
    const section = int(name === 0 ? 0 : 7, 2);
    if (is64)
      return Buffer.concat([int(name, 4), int(info, 1), int(0, 1), section, word(value), word(bytes)]);
    return Buffer.concat([int(name, 4), word(value), word(bytes), int(info, 1), int(0, 1), section]);
  }

  function segment(type: number, flags: number, offset: number, address: number, bytes: number): Buffer {
    const [before, after] = is64 ? [[int(flags, 4)], []] : [[], [int(flags, 4)]];
    const places = [word(offset), word(address), word(address), word(bytes), word(bytes)];
    return Buffer.concat([int(type, 4), ...before, ...places, ...after, word(1)]);
  }
}
