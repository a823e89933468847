// Writes small ELF files of either class and byte order, for which no compiler is at hand.

export interface WrittenSymbol {
  name: string;
  value: number;
  size: number;
  /** STB_ and STT_ numbers. */
  binding: number;
  type: number;
  /** 1 = .text, 2 = .data, 5 = .opd, or a reserved number. */
  section: number;
}

export interface WrittenElf {
  is64: boolean;
  littleEndian: boolean;
  symbols: WrittenSymbol[];
  text: { address: number; size: number };
  machine?: number;
  /** Of functions, in .opd: addresses of their code. */
  descriptors?: { address: number; code: readonly number[] };
}

/** At the front of the string table, which serves for sections and symbols. */
const SECTION_NAMES = '\0.text\0.data\0.symtab\0.strtab\0.opd\0';

class Writer {
  private readonly bytes: number[] = [];
  readonly is64: boolean;
  readonly little: boolean;

  constructor(is64: boolean, little: boolean) {
    this.is64 = is64;
    this.little = little;
  }

  get length(): number {
    return this.bytes.length;
  }

  int(value: number, size: number): this {
    const digits = Array.from({ length: size }, (_, i) => Math.floor(value / 2 ** (8 * i)) % 256);
    this.bytes.push(...(this.little ? digits : digits.reverse()));
    return this;
  }

  word(value: number): this {
    return this.int(value, this.is64 ? 8 : 4);
  }

  raw(bytes: ArrayLike<number>): this {
    for (let i = 0; i < bytes.length; i++) this.bytes.push(bytes[i]!);
    return this;
  }

  finish(): Uint8Array {
    return Uint8Array.from(this.bytes);
  }
}

/** Header, one executable PT_LOAD of .text, sections: null, .text, .data, .symtab, .strtab, .opd where it has content. */
export function writeElf(elf: WrittenElf): Uint8Array {
  const { is64, littleEndian } = elf;
  const headerSize = is64 ? 64 : 52;
  const segmentSize = is64 ? 56 : 32;
  const symbolSize = is64 ? 24 : 16;
  const strings = new Writer(is64, littleEndian).raw(Buffer.from(SECTION_NAMES));
  const symbols = new Writer(is64, littleEndian).raw(new Uint8Array(symbolSize));
  for (const symbol of elf.symbols) {
    writeSymbol(symbols, symbol, symbol.name === '' ? 0 : strings.length);
    strings.raw(Buffer.from(`${symbol.name}\0`));
  }
  const symtabAt = headerSize + segmentSize;
  const strtabAt = symtabAt + symbols.length;
  const opdAt = strtabAt + strings.length;
  const opd = new Writer(is64, littleEndian);
  for (const code of elf.descriptors?.code ?? []) opd.word(code).word(0).word(0);
  const sectionsAt = opdAt + opd.length;
  const out = new Writer(is64, littleEndian);
  out.raw([0x7f, 0x45, 0x4c, 0x46, is64 ? 2 : 1, littleEndian ? 1 : 2, 1, 0]).raw(new Uint8Array(8));
  out
    .int(3, 2)
    .int(elf.machine ?? 62, 2)
    .int(1, 4); // e_type, e_machine, e_version
  out.word(0).word(headerSize).word(sectionsAt).int(0, 4); // e_entry, e_phoff, e_shoff, e_flags
  out.int(headerSize, 2).int(segmentSize, 2).int(1, 2); // e_ehsize, e_phentsize, e_phnum
  out
    .int(is64 ? 64 : 40, 2)
    .int(elf.descriptors === undefined ? 5 : 6, 2)
    .int(4, 2); // e_shentsize, e_shnum, e_shstrndx
  writeSegment(out, elf.text);
  out.raw(symbols.finish()).raw(strings.finish()).raw(opd.finish());
  const section = (
    name: string,
    type: number,
    flags: number,
    at: number,
    offset: number,
    size: number,
    link: number,
  ): void => {
    out
      .int(SECTION_NAMES.indexOf(`${name}\0`), 4)
      .int(type, 4)
      .word(flags)
      .word(at)
      .word(offset)
      .word(size);
    out
      .int(link, 4)
      .int(0, 4)
      .word(1)
      .word(type === 2 ? symbolSize : 0);
  };
  section('', 0, 0, 0, 0, 0, 0);
  section('.text', 1, 6, elf.text.address, 0, elf.text.size, 0);
  section('.data', 1, 3, 0x4000_0000, 0, 0x1000, 0);
  section('.symtab', 2, 0, 0, symtabAt, symbols.length, 4);
  section('.strtab', 3, 0, 0, strtabAt, strings.length, 0);
  if (elf.descriptors !== undefined) section('.opd', 1, 3, elf.descriptors.address, opdAt, opd.length, 0);
  return out.finish();
}

function writeSymbol(out: Writer, symbol: WrittenSymbol, name: number): void {
  const info = symbol.binding * 16 + symbol.type;
  out.int(name, 4);
  if (out.is64) {
    out.int(info, 1).int(0, 1).int(symbol.section, 2).word(symbol.value).word(symbol.size);
  } else {
    out.word(symbol.value).word(symbol.size).int(info, 1).int(0, 1).int(symbol.section, 2);
  }
}

function writeSegment(out: Writer, text: { address: number; size: number }): void {
  out.int(1, 4);
  if (out.is64) out.int(5, 4);
  out.word(0).word(text.address).word(text.address).word(text.size).word(text.size);
  if (!out.is64) out.int(5, 4);
  out.word(0x1000);
}
