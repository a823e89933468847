// Writes ELF files with call frame information of any kind, right or wrong.

/** Call frame instructions as bytes, by their names in DWARF. */
export const cfi = {
  nop: () => [0x00],
  advance: (delta: number) => (delta < 64 ? [0x40 | delta] : [0x03, delta & 0xff, delta >> 8]),
  advance1: (delta: number) => [0x02, delta],
  advance2: (delta: number) => [0x03, ...word(delta, 2)],
  advance4: (delta: number) => [0x04, ...word(delta, 4)],
  setLoc: (address: number, bytes: number) => [0x01, ...word(address, bytes)],
  offset: (register: number, factored: number) => [0x80 | register, ...uleb(factored)],
  offsetExtended: (register: number, factored: number) => [0x05, ...uleb(register), ...uleb(factored)],
  offsetExtendedSf: (register: number, factored: number) => [0x11, ...uleb(register), ...sleb(factored)],
  negativeOffset: (register: number, factored: number) => [0x2f, ...uleb(register), ...uleb(factored)],
  restore: (register: number) => [0xc0 | register],
  restoreExtended: (register: number) => [0x06, ...uleb(register)],
  undefined: (register: number) => [0x07, ...uleb(register)],
  sameValue: (register: number) => [0x08, ...uleb(register)],
  register: (register: number, holder: number) => [0x09, ...uleb(register), ...uleb(holder)],
  rememberState: () => [0x0a],
  restoreState: () => [0x0b],
  defCfa: (register: number, offset: number) => [0x0c, ...uleb(register), ...uleb(offset)],
  defCfaRegister: (register: number) => [0x0d, ...uleb(register)],
  defCfaOffset: (offset: number) => [0x0e, ...uleb(offset)],
  defCfaSf: (register: number, factored: number) => [0x12, ...uleb(register), ...sleb(factored)],
  defCfaOffsetSf: (factored: number) => [0x13, ...sleb(factored)],
  defCfaExpression: (code: number[]) => [0x0f, ...uleb(code.length), ...code],
  expression: (register: number, code: number[]) => [0x10, ...uleb(register), ...uleb(code.length), ...code],
  valExpression: (register: number, code: number[]) => [
    0x16,
    ...uleb(register),
    ...uleb(code.length),
    ...code,
  ],
  valOffset: (register: number, factored: number) => [0x14, ...uleb(register), ...uleb(factored)],
  valOffsetSf: (register: number, factored: number) => [0x15, ...uleb(register), ...sleb(factored)],
  argsSize: (bytes: number) => [0x2e, ...uleb(bytes)],
  windowSave: () => [0x2d],
} as const;

/** DWARF operations as bytes. */
export const op = {
  breg: (register: number, offset: number) => [0x70 + register, ...sleb(offset)],
  bregx: (register: number, offset: number) => [0x92, ...uleb(register), ...sleb(offset)],
  lit: (value: number) => [0x30 + value],
  plusUconst: (value: number) => [0x23, ...uleb(value)],
  consts: (value: number) => [0x11, ...sleb(value)],
  constu: (value: number) => [0x10, ...uleb(value)],
  const1s: (value: number) => [0x09, value & 0xff],
  deref: [0x06],
  and: [0x1a],
  minus: [0x1c],
  mul: [0x1e],
  plus: [0x22],
  shl: [0x24],
  ge: [0x2a],
} as const;

export interface WrittenCie {
  version?: number;
  augmentation?: string;
  /** Behind the augmentation's length; by default one byte, the encoding of pointers. */
  augmentationData?: number[];
  codeAlign?: number;
  dataAlign?: number;
  returnAddress?: number;
  instructions?: number[];
}

export interface WrittenFde {
  start: number;
  length: number;
  instructions: number[];
}

/** CFA = RSP+8, return address at CFA-8: how every function of x86-64 begins. */
export const AT_ENTRY = [...cfi.defCfa(7, 8), ...cfi.offset(16, 1)];
/** Absolute addresses of 8 bytes, so that entries do not depend on where they are. */
export const ABSOLUTE = 0x00;

/** Collects the entries of a section; each method returns the entry's offset. */
export class CfiWriter {
  private readonly bytes: number[] = [];
  private readonly isEh: boolean;
  private readonly wide: boolean;

  /** `wide`: 64-bit lengths. */
  constructor(options: { isEh?: boolean; wide?: boolean } = {}) {
    this.isEh = options.isEh ?? true;
    this.wide = options.wide ?? false;
  }

  cie(cie: WrittenCie = {}): number {
    const { version = 1, augmentation = 'zR', codeAlign = 1, dataAlign = -8, returnAddress = 16 } = cie;
    const data = cie.augmentationData ?? (augmentation.includes('R') ? [ABSOLUTE] : []);
    return this.entry([
      ...this.cieId(),
      version,
      ...Buffer.from(`${augmentation}\0`),
      ...(version === 4 ? [8, 0] : []),
      ...uleb(codeAlign),
      ...sleb(dataAlign),
      ...(version === 1 ? [returnAddress] : uleb(returnAddress)),
      ...(augmentation.startsWith('z') ? [...uleb(data.length), ...data] : data),
      ...(cie.instructions ?? AT_ENTRY),
    ]);
  }

  /** `cie`: an offset as `cie()` returned it, or a wrong one. */
  fde(cie: number, fde: WrittenFde, options: { sized?: boolean; pointers?: number[] } = {}): number {
    const { sized = true, pointers = [...word(fde.start, 8), ...word(fde.length, 8)] } = options;
    return this.entry([...this.ciePointer(cie), ...pointers, ...(sized ? [0] : []), ...fde.instructions]);
  }

  /** Any bytes as an entry's content. */
  entry(content: number[]): number {
    const start = this.bytes.length;
    this.raw(this.wide ? [0xff, 0xff, 0xff, 0xff, ...word(content.length, 8)] : word(content.length, 4));
    this.raw(content);
    return start;
  }

  raw(bytes: number[]): this {
    for (const byte of bytes) this.bytes.push(byte);
    return this;
  }

  get length(): number {
    return this.bytes.length;
  }

  finish(): Uint8Array {
    return Uint8Array.from(this.bytes);
  }

  private cieId(): number[] {
    if (this.isEh) return word(0, 4);
    return Array.from({ length: this.wide ? 8 : 4 }, () => 0xff);
  }

  private ciePointer(cie: number): number[] {
    const at = this.bytes.length + (this.wide ? 12 : 4);
    return this.isEh ? word(at - cie, 4) : word(cie, this.wide ? 8 : 4);
  }
}

export interface CfiElf {
  /** Executable, in the file from `textOffset` on. */
  text: { address: number; size: number; offset?: number };
  sections: { name: string; bytes: Uint8Array; address?: number; flags?: number }[];
  /** Without section headers, but with a segment for `.eh_frame_hdr` where there is a section of that name. */
  sectionHeaders?: boolean;
  machine?: number;
}

const HEADER_BYTES = 64;
const SEGMENT_BYTES = 56;

/** A 64-bit, little-endian program: headers, sections, section headers, and as much text as the file has room for. */
export function writeCfiElf(elf: CfiElf): Uint8Array {
  const names = ['', ...elf.sections.map(({ name }) => name), '.shstrtab'];
  const strings = Buffer.from(names.map((name) => `${name}\0`).join(''));
  const nameAt = (i: number): number =>
    Buffer.byteLength(
      names
        .slice(0, i)
        .map((name) => `${name}\0`)
        .join(''),
    );
  const hdr = elf.sections.find(({ name }) => name === '.eh_frame_hdr');
  const segments = 2 + (hdr === undefined ? 0 : 1);
  const out: number[] = new Array<number>(HEADER_BYTES + segments * SEGMENT_BYTES).fill(0);
  const put = (at: number, bytes: ArrayLike<number>): void => {
    for (let i = 0; i < bytes.length; i++) out[at + i] = bytes[i]!;
  };
  const dataAt = out.length;
  const places = [...elf.sections.map(({ bytes }) => bytes), strings].map((bytes) => {
    const offset = out.length;
    for (const byte of bytes) out.push(byte);
    return { offset, size: bytes.length };
  });
  const { address: textAddress, size: textSize, offset: textOffset = 0 } = elf.text;
  const dataAddress = textAddress + 0x1000_0000;
  const addressOf = (i: number): number =>
    elf.sections[i]?.address ?? dataAddress + places[i]!.offset - dataAt;
  const sectionsAt = out.length;
  if (elf.sectionHeaders !== false) {
    put(sectionsAt, sectionHeader(0, 0, 0, 0, 0, 0));
    places.forEach(({ offset, size }, i) => {
      const flags = elf.sections[i]?.flags ?? 2;
      const header = sectionHeader(nameAt(i + 1), 1, flags, addressOf(i), offset, size);
      put(sectionsAt + 64 * (i + 1), header);
    });
  }
  put(0, elfHeader(elf, segments, sectionsAt, names.length));
  put(HEADER_BYTES, segment(1, 5, textOffset, textAddress, textSize));
  put(HEADER_BYTES + SEGMENT_BYTES, segment(1, 4, dataAt, dataAddress, sectionsAt - dataAt));
  if (hdr !== undefined) {
    const i = elf.sections.indexOf(hdr);
    const { offset, size } = places[i]!;
    put(HEADER_BYTES + 2 * SEGMENT_BYTES, segment(0x6474_e550, 4, offset, addressOf(i), size));
  }
  // Text that lies behind all else is zeros.
  const bytes = new Uint8Array(Math.max(out.length, textOffset + textSize));
  bytes.set(out);
  return bytes;
}

/** Virtual address that `writeCfiElf` gives the first byte of the first section that asks for none. */
export function dataAddressOf(text: { address: number }): number {
  return text.address + 0x1000_0000;
}

function elfHeader(elf: CfiElf, segments: number, sectionsAt: number, sections: number): number[] {
  const any = elf.sectionHeaders !== false;
  return [
    ...[0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0],
    ...word(3, 2), // ET_DYN
    ...word(elf.machine ?? 62, 2),
    ...word(1, 4),
    ...word(0, 8), // e_entry
    ...word(HEADER_BYTES, 8),
    ...word(any ? sectionsAt : 0, 8),
    ...word(0, 4), // e_flags
    ...word(HEADER_BYTES, 2),
    ...word(SEGMENT_BYTES, 2),
    ...word(segments, 2),
    ...word(64, 2),
    ...word(any ? sections : 0, 2),
    ...word(any ? sections - 1 : 0, 2),
  ];
}

function segment(type: number, flags: number, offset: number, address: number, size: number): number[] {
  return [
    word(type, 4),
    word(flags, 4),
    ...[offset, address, address, size, size, 0x1000].map((v) => word(v, 8)),
  ].flat();
}

function sectionHeader(
  name: number,
  type: number,
  flags: number,
  address: number,
  offset: number,
  size: number,
): number[] {
  const words = [flags, address, offset, size].map((value) => word(value, 8)).flat();
  return [
    ...word(name, 4),
    ...word(type, 4),
    ...words,
    ...word(0, 4),
    ...word(0, 4),
    ...word(1, 8),
    ...word(0, 8),
  ];
}

/** Little endian; negative numbers in two's complement. */
export function word(value: number, size: number): number[] {
  let rest = BigInt.asUintN(8 * size, BigInt(value));
  return Array.from({ length: size }, () => {
    const byte = Number(rest & 0xffn);
    rest >>= 8n;
    return byte;
  });
}

export function uleb(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  do {
    bytes.push((rest % 128) + (rest >= 128 ? 128 : 0));
    rest = Math.floor(rest / 128);
  } while (rest > 0);
  return bytes;
}

export function sleb(value: number): number[] {
  const bytes: number[] = [];
  let rest = BigInt(value);
  for (;;) {
    const byte = Number(rest & 0x7fn);
    rest >>= 7n;
    const done = (rest === 0n && (byte & 0x40) === 0) || (rest === -1n && (byte & 0x40) !== 0);
    bytes.push(done ? byte : byte | 0x80);
    if (done) return bytes;
  }
}
