import { readFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { BinaryFormatError } from '../../../src/binary/binary-format-error.ts';
import { MemorySource, type ByteSource } from '../../../src/binary/byte-source.ts';
import { Btf, type BtfType } from '../../../src/symbolizer/btf/btf.ts';
import * as btf from '../../../src/symbolizer/btf/constants.ts';
import { bpftool, rawTypes, type RawType } from '../../support/bpftool.ts';
import { BtfWriter, everyKind, type BtfWriterOptions } from '../../support/btf-writer.ts';
import { FixtureFolder } from '../../support/symbolizer-fixtures.ts';

const VMLINUX = '/sys/kernel/btf/vmlinux';
const folder = new FixtureFolder();
afterAll(() => folder.remove());

const read = (bytes: Uint8Array, base: Btf | null = null): Btf => Btf.read(new MemorySource(bytes), base);

/** bpftool's names of kinds are those of the header. */
const KIND_NAMES = new Map<number, string>(
  Object.entries(btf).flatMap(([name, value]) =>
    name.startsWith('BTF_KIND_') && typeof value === 'number' ? [[value, name.slice(9)]] : [],
  ),
);
const LINKAGES = ['static', 'global', 'extern'];
const SIZED = ['INT', 'STRUCT', 'UNION', 'ENUM', 'ENUM64', 'DATASEC', 'FLOAT'];

/** What bpftool prints of a type, from ours. */
function asRaw({ id, kind, name, vlen, kindFlag, sizeOrType }: BtfType, has: RawType['fields']): RawType {
  const kindName = KIND_NAMES.get(kind)!;
  const said: Record<string, string> = {
    [kindName === 'FUNC_PROTO' ? 'ret_type_id' : SIZED.includes(kindName) ? 'size' : 'type_id']:
      String(sizeOrType),
    vlen: String(vlen),
    ...(kindName === 'FUNC' && { linkage: LINKAGES[vlen] }),
    fwd_kind: kindFlag ? 'union' : 'struct',
  };
  // Fields of what follows the record, and of bits of an integer, are not read here.
  const fields = Object.fromEntries(
    Object.keys(has).flatMap((key) => (key in said ? [[key, said[key]!]] : [])),
  );
  return { id, kind: kindName, name, fields };
}

function comparable(raw: RawType): RawType {
  const tail = raw.kind === 'ARRAY' || raw.kind === 'VAR';
  const skip = ['bits_offset', 'nr_bits', 'encoding', 'component_idx', 'index_type_id', 'nr_elems'];
  if (tail) skip.push('linkage', ...(raw.kind === 'ARRAY' ? ['type_id'] : []));
  const fields = Object.fromEntries(Object.entries(raw.fields).filter(([key]) => !skip.includes(key)));
  return { ...raw, fields };
}

function expectAsBpftool(types: Btf, text: string): number {
  const raw = rawTypes(text).map(comparable);
  const ours = raw.map(({ id, fields }) => asRaw(types.type(id), fields));
  // One comparison of all would take vitest minutes to print.
  const wrong = raw.findIndex((each, i) => JSON.stringify(each) !== JSON.stringify(ours[i]));
  if (wrong >= 0) expect(ours[wrong]).toEqual(raw[wrong]);
  return raw.length;
}

describe('Btf', () => {
  it('finds every type of this kernel as bpftool does', () => {
    const types = read(readFileSync(VMLINUX));
    const count = expectAsBpftool(types, bpftool('btf', 'dump', 'file', VMLINUX, 'format', 'raw'));
    expect(count).toBe(types.endId - 1);
    expect(count).toBeGreaterThan(10_000);
    expect(types.unknownKind).toBeNull();
  });

  it('reads every kind as bpftool does', () => {
    const bytes = everyKind().finish();
    const path = folder.write('every-kind', bytes);
    const types = read(bytes);
    expect(expectAsBpftool(types, bpftool('btf', 'dump', 'file', path, 'format', 'raw'))).toBe(
      types.endId - 1,
    );
    const kinds = new Set(Array.from({ length: types.endId - 1 }, (_, i) => types.type(i + 1).kind));
    expect([...KIND_NAMES.keys()].filter((kind) => !kinds.has(kind))).toEqual([]);
  });

  it('reads split BTF on top of its base as bpftool does', () => {
    const base = everyKind();
    const split = new BtfWriter({ base });
    const own = split.struct('module_state', 16);
    split.func('module_start', 1, [
      ['file', split.pointer(own)],
      ['count', 5],
    ]);
    const [basePath, splitPath] = [
      folder.write('base', base.finish()),
      folder.write('split', split.finish()),
    ];
    const types = read(split.finish(), read(base.finish()));
    const text = bpftool('-B', basePath, 'btf', 'dump', 'file', splitPath, 'format', 'raw');
    expectAsBpftool(types, text);
    expect([types.firstId, types.endId]).toEqual([base.nextId, split.nextId]);
    expect(types.prototypeOf('module_start')).toBe(
      'int module_start(struct module_state *file, size_t count)',
    );
    // Functions of the base are the base's to tell.
    expect(types.prototypeOf('vfs_read')).toBeNull();
  });

  it("reads a module's types on top of the distilled ones that it carries (.BTF.base)", () => {
    // Structures by name and size alone: what is needed to find them in another kernel.
    const distilled = new BtfWriter();
    const [int, inode] = [distilled.int('int'), distilled.struct('inode', 600)];
    const split = new BtfWriter({ base: distilled });
    split.func('evict', int, [['inode', split.pointer(inode)]]);
    const types = read(split.finish(), read(distilled.finish()));
    expect(types.prototypeOf('evict')).toBe('int evict(struct inode *inode)');
  });

  it('reads the other byte order', () => {
    const types = read(everyKind({ littleEndian: false }).finish());
    expect(types.prototypeOf('print')).toBe('int print(const char *format, ...)');
  });

  it('obeys the length that the header says it has', () => {
    const types = read(everyKind({ headerBytes: 48 }).finish());
    expect(types.prototypeOf('print')).toBe('int print(const char *format, ...)');
  });

  it('passes over records of kinds that the file itself describes', () => {
    const types = read(withUnknownKind({ layout: LAYOUT }).finish());
    expect([types.unknownKind, types.type(3).kind, types.prototypeOf('after')]).toEqual([
      null,
      99,
      'int after(void)',
    ]);
  });

  it('keeps what stands before a record whose length nobody tells', () => {
    const types = read(withUnknownKind({}).finish());
    expect([types.unknownKind, types.endId]).toEqual([99, 3]);
    expect([types.type(2).name, types.functionName(5), types.prototypeOf('after')]).toEqual([
      'before',
      '',
      null,
    ]);
  });

  it('reads vlen and kind as wide as the newest kernels do', () => {
    const writer = new BtfWriter();
    const members = 70_000;
    writer.add(btf.BTF_KIND_STRUCT, {
      name: 'wide',
      vlen: members,
      tail: new Array<number>(members * 3).fill(0),
    });
    writer.int('behind');
    const types = read(writer.finish());
    expect([types.type(1).vlen, types.type(2).name]).toEqual([members, 'behind']);
  });

  it('takes the layout of kinds that it knows from the format, not from the file', () => {
    const wrong = LAYOUT.map((): readonly [number, number] => [40, 40]);
    expect(read(everyKind({ layout: wrong }).finish()).prototypeOf('nothing')).not.toBeNull();
  });

  it.each<[string, (view: DataView) => void]>([
    ['bad-magic', (view) => view.setUint16(0, 0xeb9e, true)],
    ['bad-value', (view) => view.setUint8(2, 2)], // version
    ['bad-value', (view) => view.setUint32(4, 23, true)], // hdr_len
    ['truncated', (view) => view.setUint32(12, 0xffff_fff0, true)], // type_len
    ['truncated', (view) => view.setUint32(16, 0x7fff_ffff, true)], // str_off
    ['truncated', (view) => view.setUint32(28, (btf.BTF_KIND_STRUCT << 24) | 0xff_ffff, true)], // info
  ])('refuses what is not BTF: %s', (kind, spoil) => {
    const bytes = everyKind().finish();
    spoil(new DataView(bytes.buffer));
    expect(() => read(bytes)).toThrow(expect.objectContaining({ name: 'BinaryFormatError', kind }) as Error);
  });

  it('refuses a section that no real file has, however large the file is', () => {
    const bytes = everyKind().finish();
    new DataView(bytes.buffer).setUint32(12, 65 << 20, true); // type_len
    const sparse: ByteSource = {
      size: 2 ** 32,
      readInto: (target, offset) => target.set(bytes.subarray(offset, offset + target.length)),
    };
    expect(() => Btf.read(sparse)).toThrow(expect.objectContaining({ kind: 'limit' }) as Error);
  });

  it('refuses ids and names that there are not', () => {
    const types = read(everyKind().finish());
    for (const id of [0, -1, types.endId, 0.5, NaN]) expect(() => types.type(id)).toThrow(BinaryFormatError);
    expect(() => types.strings.textAt(types.strings.end)).toThrow(BinaryFormatError);
    expect(types.functionName(types.endId)).toBe('');
  });

  it('holds less than 2 MB for this kernel, names found by hash included', () => {
    const types = read(readFileSync(VMLINUX));
    types.prototypeOf('vfs_read');
    console.log(`BTF of this kernel: ${types.endId - 1} types, ${types.byteLength} bytes of index`);
    expect(types.byteLength).toBeLessThan(2e6);
  });
});

/** Kind 99 has 4 bytes once and 2 for each element. */
const LAYOUT: readonly (readonly [number, number])[] = Array.from({ length: 100 }, (_, kind) =>
  kind === 99 ? ([4, 2] as const) : ([0, 0] as const),
);

function withUnknownKind(options: BtfWriterOptions): BtfWriter {
  const writer = new BtfWriter(options);
  writer.int('int');
  writer.struct('before');
  writer.add(99, { vlen: 2, tail: [1, 2] });
  writer.func('after', 1, []);
  return writer;
}
