import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { BinaryFormatError } from '../../../src/binary/binary-format-error.ts';
import { MemorySource } from '../../../src/binary/byte-source.ts';
import { Btf } from '../../../src/symbolizer/btf/btf.ts';
import * as btf from '../../../src/symbolizer/btf/constants.ts';
import { declarationOf } from '../../../src/symbolizer/btf/declaration.ts';
import { usualSpelling } from '../../../src/symbolizer/btf/integer-names.ts';
import { bpftool } from '../../support/bpftool.ts';
import { BtfWriter, everyKind } from '../../support/btf-writer.ts';

const VMLINUX = '/sys/kernel/btf/vmlinux';
const read = (writer: BtfWriter): Btf => Btf.read(new MemorySource(writer.finish()));

/** The declaration of `x` as of the type that is built. */
function declared(build: (writer: BtfWriter, int: number, char: number) => number): string {
  const writer = new BtfWriter();
  const id = build(writer, writer.int('int'), writer.int('char', 1));
  return declarationOf(read(writer), id, 'x');
}

describe('declarationOf', () => {
  it.each<[string, (writer: BtfWriter, int: number, char: number) => number]>([
    ['int x', (_, int) => int],
    ['void *x', (w) => w.pointer(0)],
    ['char **x', (w, _, char) => w.pointer(w.pointer(char))],
    ['const char *x', (w, _, char) => w.pointer(w.constant(char))],
    ['char *const x', (w, _, char) => w.constant(w.pointer(char))],
    ['const char *const x', (w, _, char) => w.constant(w.pointer(w.constant(char)))],
    ['int x[2][3]', (w, int) => w.array(w.array(int, 3), 2)],
    ['int *x[3]', (w, int) => w.array(w.pointer(int), 3)],
    ['int (*x)[3]', (w, int) => w.pointer(w.array(int, 3))],
    ['const int (*x)[3]', (w, int) => w.pointer(w.constant(w.array(int, 3)))],
    ['const int x[3]', (w, int) => w.constant(w.array(w.constant(int), 3))],
    ['int (*x)(char, void *)', (w, int, char) => w.pointer(w.prototype(int, [['', char], ['', w.pointer(0)]]))],
    ['int (*x)(void)', (w, int) => w.pointer(w.prototype(int, []))],
    ['int (*x[4])(int a)', (w, int) => w.array(w.pointer(w.prototype(int, [['a', int]])), 4)],
    ['int *(*x)(int)', (w, int) => w.pointer(w.prototype(w.pointer(int), [['', int]]))],
    ['void (*(*x)(int))(char)', (w, int, char) =>
      w.pointer(w.prototype(w.pointer(w.prototype(0, [['', char]])), [['', int]]))],
    ['void (*x)(int (*f)(char))', (w, int, char) =>
      w.pointer(w.prototype(0, [['f', w.pointer(w.prototype(int, [['', char]]))]]))],
    ['char __user *x', (w, _, char) => w.pointer(w.add(btf.BTF_KIND_TYPE_TAG, { name: 'user', rest: char }))],
    ['const char __rcu *x', (w, _, char) =>
      w.pointer(w.add(btf.BTF_KIND_TYPE_TAG, { name: 'rcu', rest: w.constant(char) }))],
    ['char __attribute__((packed)) *x', (w, _, char) =>
      w.pointer(w.add(btf.BTF_KIND_TYPE_TAG, { name: 'packed', rest: char, kindFlag: true }))],
    ['struct {…} *x', (w) => w.pointer(w.struct(''))],
    ['union u *x', (w) => w.pointer(w.add(btf.BTF_KIND_UNION, { name: 'u' }))],
    ['struct fwd *x', (w) => w.pointer(w.add(btf.BTF_KIND_FWD, { name: 'fwd' }))],
  ])('writes %s', (text, build) => expect(declared(build)).toBe(text)); // prettier-ignore

  it('writes a type without a name as a cast would', () => {
    const writer = new BtfWriter();
    const int = writer.int('int');
    const id = writer.pointer(writer.prototype(int, [['', int]]));
    const types = read(writer);
    expect([
      declarationOf(types, id, ''),
      declarationOf(types, int, ''),
      declarationOf(types, 0, ''),
    ]).toEqual(['int (*)(int)', 'int', 'void']);
  });

  it('writes prototypes of every shape', () => {
    const types = read(everyKind());
    expect(
      ['vfs_read', 'each', 'print', 'odd', 'nothing', 'absent', ''].map((name) => types.prototypeOf(name)),
    ).toEqual([
      'unsigned long vfs_read(struct file *file, char __user *buf, size_t count)',
      'void each(int (*call)(void *), enum color color, enum big big)',
      'int print(const char *format, ...)',
      'double odd(volatile int *(*a)[3], char *restrict b, union opaque *c, union {…} *d)',
      'int (*nothing(void))(void *)',
      null,
      null,
    ]);
  });

  it.each<[string, (writer: BtfWriter) => number]>([
    ['a type that refers to itself', (w) => w.pointer(w.nextId)],
    ['a prototype within itself', (w) => w.prototype(0, [['f', w.nextId]])],
    ['prototypes that double at every turn', (w) => {
      let id = w.pointer(0);
      for (let i = 0; i < 40; i++) id = w.prototype(id, [['a', id], ['b', id]]);
      return id;
    }],
    ['thousands of parameters', (w) => w.prototype(0, Array.from({ length: 5000 }, () => ['p', 0] as const))],
    ['a variable as a type', (w) => w.pointer(w.add(btf.BTF_KIND_VAR, { name: 'v', tail: [0] }))],
    ['a type that there is not', (w) => w.pointer(77)],
  ])('refuses %s', (_, build) => {
    const writer = new BtfWriter();
    const id = build(writer);
    const began = performance.now();
    expect(() => declarationOf(read(writer), id, 'x')).toThrow(BinaryFormatError);
    expect(performance.now() - began).toBeLessThan(500);
  }); // prettier-ignore

  it('refuses a function whose type is no prototype', () => {
    const writer = new BtfWriter();
    const rest = writer.int('int');
    writer.add(btf.BTF_KIND_FUNC, { name: 'f', rest });
    expect(() => read(writer).prototypeOf('f')).toThrow(BinaryFormatError);
  });

  it("writes the members of this kernel's structures as bpftool does", () => {
    const types = Btf.read(new MemorySource(readFileSync(VMLINUX)));
    const blocks = structureLines(bpftool('btf', 'dump', 'file', VMLINUX, 'format', 'c'));
    let [compared, different] = [0, 0];
    for (let id = 1; id < types.endId; id++) {
      const { kind, name, vlen, kindFlag } = types.type(id);
      const lines = kind === btf.BTF_KIND_STRUCT ? blocks.get(name) : undefined;
      if (lines === undefined) continue;
      const members = types.tail(id, vlen * 12);
      for (let i = 0; i < vlen; i++) {
        const [member, type, offset] = [types.strings.textAt(members.u32()), members.u32(), members.u32()];
        const bits = kindFlag ? offset >>> 24 : 0;
        const text = declarationOf(types, type, member);
        // Structures without a name are written out there.
        if (member === '' || text.includes('{…}')) continue;
        compared++;
        if (!lines.has(normal(bits > 0 ? `${text}: ${bits}` : text))) {
          if (different++ < 5) console.log(`struct ${name}: ${text}`);
        }
      }
    }
    console.log(`${compared} members compared, ${different} different`);
    expect(compared).toBeGreaterThan(10_000);
    expect(different).toBe(0);
  });
});

/** Lines of each `struct NAME { … }`; several of one name are put together. */
function structureLines(text: string): Map<string, Set<string>> {
  const blocks = new Map<string, Set<string>>();
  for (const [, name, body] of text.matchAll(/^struct (\w+) \{\n(.*?)^\}/gms)) {
    const plain = name!.replace(/___\d+$/, '');
    const lines = blocks.get(plain) ?? new Set();
    for (const line of body!.split('\n')) lines.add(normal(line.replace(/;$/, '')));
    blocks.set(plain, lines);
  }
  return blocks;
}

/** Spaces where C needs them, integers as people write them, and no suffixes that tell types of one name apart. */
function normal(line: string): string {
  return line
    .replace(/___\d+\b/g, '')
    .replace(
      /\b(long long unsigned int|long unsigned int|short unsigned int|long long int|long int|short int|_Bool)\b/g,
      usualSpelling,
    )
    .trim()
    .replace(/\s+/g, ' ')
    .replace(/ ?([^\w ]) ?/g, '$1');
}
