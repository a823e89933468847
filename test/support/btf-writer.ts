// Writes BTF record by record, as include/uapi/linux/btf.h lays it out.
import * as btf from '../../src/symbolizer/btf/constants.ts';

export interface BtfWriterOptions {
  littleEndian?: boolean;
  /** Bytes of the header, of which those behind the known fields are 0xee: 24 to 27, or 32 and more. */
  headerBytes?: number;
  /** Written as the layout section: [info_sz, elem_sz] by kind from 0 on. */
  layout?: readonly (readonly [number, number])[];
  /** Split BTF: ids and offsets of strings go on where these end. */
  base?: BtfWriter;
}

export interface TypeFields {
  name?: string;
  vlen?: number;
  kindFlag?: boolean;
  /** Size, or id of another type. */
  rest?: number;
  /** What follows, u32 each. */
  tail?: readonly number[];
}

type Parameter = readonly [name: string, type: number];

export class BtfWriter {
  readonly #options: BtfWriterOptions;
  readonly #words: number[] = [];
  readonly #names = new Map<string, number>();
  #strings = '';
  #nextId: number;

  constructor(options: BtfWriterOptions = {}) {
    this.#options = options;
    this.#nextId = options.base?.nextId ?? 1;
    if (options.base === undefined) this.#strings = '\0';
  }

  get nextId(): number {
    return this.#nextId;
  }

  get stringsEnd(): number {
    return (this.#options.base?.stringsEnd ?? 0) + Buffer.byteLength(this.#strings);
  }

  /** Offset of a name, written once. */
  name(text: string): number {
    if (text === '') return 0;
    const known = this.#options.base?.known(text) ?? this.#names.get(text);
    if (known !== undefined) return known;
    const offset = this.stringsEnd;
    this.#names.set(text, offset);
    this.#strings += `${text}\0`;
    return offset;
  }

  known(text: string): number | undefined {
    return this.#options.base?.known(text) ?? this.#names.get(text);
  }

  /** Gives the type's id. */
  add(kind: number, { name = '', vlen = 0, kindFlag = false, rest = 0, tail = [] }: TypeFields = {}): number {
    const info = ((kindFlag ? 0x8000_0000 : 0) | (kind << 24) | vlen) >>> 0;
    this.#words.push(this.name(name), info, rest);
    for (const word of tail) this.#words.push(word);
    return this.#nextId++;
  }

  int(name: string, bytes = 4): number {
    // encoding << 24 | offset << 16 | bits
    return this.add(btf.BTF_KIND_INT, { name, rest: bytes, tail: [(1 << 24) | (bytes * 8)] });
  }

  pointer(type: number): number {
    return this.add(btf.BTF_KIND_PTR, { rest: type });
  }

  constant(type: number): number {
    return this.add(btf.BTF_KIND_CONST, { rest: type });
  }

  array(type: number, count: number, index = type): number {
    return this.add(btf.BTF_KIND_ARRAY, { tail: [type, index, count] });
  }

  struct(name: string, bytes = 0): number {
    return this.add(btf.BTF_KIND_STRUCT, { name, rest: bytes });
  }

  typedef(name: string, type: number): number {
    return this.add(btf.BTF_KIND_TYPEDEF, { name, rest: type });
  }

  prototype(returned: number, parameters: readonly Parameter[]): number {
    const tail = parameters.flatMap(([name, type]) => [this.name(name), type]);
    return this.add(btf.BTF_KIND_FUNC_PROTO, { vlen: parameters.length, rest: returned, tail });
  }

  func(name: string, returned: number, parameters: readonly Parameter[]): number {
    const rest = this.prototype(returned, parameters);
    return this.add(btf.BTF_KIND_FUNC, { name, rest });
  }

  finish(): Uint8Array {
    const { littleEndian = true, layout } = this.#options;
    const headerBytes =
      this.#options.headerBytes ?? (layout ? btf.BTF_HEADER_WITH_LAYOUT_BYTES : btf.BTF_HEADER_BYTES);
    const withLayout = headerBytes >= btf.BTF_HEADER_WITH_LAYOUT_BYTES;
    const knownBytes = withLayout ? btf.BTF_HEADER_WITH_LAYOUT_BYTES : btf.BTF_HEADER_BYTES;
    const strings = Buffer.from(this.#strings);
    const typeBytes = this.#words.length * 4;
    const layoutBytes = (layout?.length ?? 0) * btf.BTF_LAYOUT_BYTES;
    const bytes = new Uint8Array(headerBytes + typeBytes + layoutBytes + strings.length);
    bytes.fill(0xee, knownBytes, headerBytes);
    const view = new DataView(bytes.buffer);
    view.setUint16(0, btf.BTF_MAGIC, littleEndian);
    view.setUint8(2, btf.BTF_VERSION);
    const fields = [headerBytes, 0, typeBytes, typeBytes + layoutBytes, strings.length];
    if (withLayout) fields.push(typeBytes, layoutBytes);
    fields.forEach((value, i) => view.setUint32(4 + 4 * i, value, littleEndian));
    this.#words.forEach((word, i) => view.setUint32(headerBytes + 4 * i, word, littleEndian));
    layout?.forEach(([once, perElement], kind) => {
      bytes.set([once, perElement], headerBytes + typeBytes + kind * btf.BTF_LAYOUT_BYTES);
    });
    bytes.set(strings, headerBytes + typeBytes + layoutBytes);
    return bytes;
  }
}

/** Functions of every shape a declaration can have, and records of every kind. */
export function everyKind(options: BtfWriterOptions = {}): BtfWriter {
  const writer = new BtfWriter(options);
  const int = writer.int('int');
  const char = writer.int('char', 1);
  const unsignedLong = writer.int('long unsigned int', 8);
  const file = writer.struct('file', 8);
  const size = writer.typedef('size_t', unsignedLong);
  const userChar = writer.pointer(writer.add(btf.BTF_KIND_TYPE_TAG, { name: 'user', rest: char }));
  const callback = writer.pointer(writer.prototype(int, [['', writer.pointer(0)]]));
  const color = writer.add(btf.BTF_KIND_ENUM, {
    name: 'color',
    vlen: 1,
    rest: 4,
    tail: [writer.name('RED'), 0],
  });
  const big = writer.add(btf.BTF_KIND_ENUM64, {
    name: 'big',
    vlen: 1,
    rest: 8,
    tail: [writer.name('BIG'), 0, 1],
  });
  const forward = writer.add(btf.BTF_KIND_FWD, { name: 'opaque', kindFlag: true });
  const float = writer.add(btf.BTF_KIND_FLOAT, { name: 'double', rest: 8 });
  const volatile = writer.add(btf.BTF_KIND_VOLATILE, { rest: int });
  const restrict = writer.add(btf.BTF_KIND_RESTRICT, { rest: writer.pointer(char) });
  const union = writer.add(btf.BTF_KIND_UNION, { vlen: 1, rest: 4, tail: [writer.name('member'), int, 0] });
  const variable = writer.add(btf.BTF_KIND_VAR, { name: 'counter', rest: int, tail: [1] });
  writer.add(btf.BTF_KIND_DATASEC, { name: '.bss', vlen: 1, rest: 4, tail: [variable, 0, 4] });
  const read = writer.func('vfs_read', unsignedLong, [
    ['file', writer.pointer(file)],
    ['buf', userChar],
    ['count', size],
  ]);
  writer.add(btf.BTF_KIND_DECL_TAG, { name: 'bpf_kfunc', rest: read, tail: [0xffff_ffff] });
  writer.func('each', 0, [
    ['call', callback],
    ['color', color],
    ['big', big],
  ]);
  writer.func('print', int, [
    ['format', writer.pointer(writer.constant(char))],
    ['', 0],
  ]);
  writer.func('odd', float, [
    ['a', writer.pointer(writer.array(writer.pointer(volatile), 3))],
    ['b', restrict],
    ['c', writer.pointer(forward)],
    ['d', writer.pointer(union)],
  ]);
  writer.func('nothing', callback, []);
  return writer;
}
