// Writes dumps of BPF programs as native/bpf-programs.h defines them.
import {
  DUMP_KIND,
  DUMP_MAGIC,
  DUMP_VERSION,
  type DumpKind,
} from '../../src/symbolizer/bpf/dump-sections.ts';
import * as btf from '../../src/symbolizer/btf/constants.ts';
import { BtfWriter } from './btf-writer.ts';

export interface WrittenFunction {
  name: string;
  /** 16 hex digits, of the function's own instructions. */
  tag: string;
  start: bigint;
  length: number;
  lines: readonly { at: number; file: string; line: number; column: number }[];
}

export interface WrittenProgram {
  name: string;
  /** Of all instructions. */
  tag: string;
  functions: readonly WrittenFunction[];
  withBtf?: boolean;
}

type Section = readonly [kind: number, recordBytes: number, bytes: Uint8Array];

export function u32s(...values: number[]): Uint8Array {
  return new Uint8Array(Uint32Array.from(values).buffer);
}
export function u64s(...values: bigint[]): Uint8Array {
  return new Uint8Array(BigUint64Array.from(values).buffer);
}

export function writeDump(sections: readonly Section[]): Uint8Array {
  const header = u32s(DUMP_MAGIC, DUMP_VERSION, 7, sections.length);
  let offset = header.length + sections.length * 16;
  const directory = sections.map(([kind, recordBytes, bytes]) => {
    const entry = u32s(kind, recordBytes, offset, bytes.length / recordBytes);
    offset += bytes.length;
    return entry;
  });
  return new Uint8Array(Buffer.concat([header, ...directory, ...sections.map(([, , bytes]) => bytes)]));
}

export function programSections({ name, tag, functions, withBtf = true }: WrittenProgram): Section[] {
  const types = new BtfWriter();
  const proto = types.prototype(0, []);
  const typeIds = functions.map((each) => types.add(btf.BTF_KIND_FUNC, { name: each.name, rest: proto }));
  const lines = functions.flatMap((each) =>
    each.lines.map((line) => ({ ...line, address: each.start + BigInt(line.at) })),
  );
  const info = lines.flatMap(({ file, line, column }, i) => [i, types.name(file), 0, line * 1024 + column]);
  const section = (kind: DumpKind, recordBytes: number, bytes: Uint8Array): Section => [
    kind,
    recordBytes,
    bytes,
  ];
  const all = [
    section(DUMP_KIND.name, 1, Buffer.from(name.padEnd(16, '\0'))),
    section(DUMP_KIND.tag, 8, Buffer.from(tag, 'hex')),
    section(DUMP_KIND.functionTag, 8, Buffer.concat(functions.map((each) => Buffer.from(each.tag, 'hex')))),
    section(DUMP_KIND.functionAddress, 8, u64s(...functions.map(({ start }) => start))),
    section(DUMP_KIND.functionLength, 4, u32s(...functions.map(({ length }) => length))),
    section(DUMP_KIND.functionInfo, 8, u32s(...typeIds.flatMap((id, i) => [i, id]))),
    section(DUMP_KIND.lineInfo, 16, u32s(...info)),
    section(DUMP_KIND.lineAddress, 8, u64s(...lines.map(({ address }) => address))),
    section(DUMP_KIND.btf, 1, types.finish()),
  ];
  const typed: readonly number[] = [
    DUMP_KIND.functionInfo,
    DUMP_KIND.lineInfo,
    DUMP_KIND.lineAddress,
    DUMP_KIND.btf,
  ];
  return withBtf ? all : all.filter(([kind]) => !typed.includes(kind));
}

const BASE = 0xffff_ffff_c000_1000n;
export const MAIN_TAG = '00112233445566aa';

/** Two functions, the second before the first in memory; both of the second's lines are in a header. */
export const TWO_FUNCTIONS: WrittenProgram = {
  name: 'count_packets_o', // cut to 15 bytes
  tag: MAIN_TAG,
  functions: [
    {
      name: 'count_packets_of_all',
      tag: 'aaaaaaaaaaaaaaaa',
      start: BASE + 0x400n,
      length: 0x80,
      lines: [
        { at: 0, file: '/src/count.bpf.c', line: 10, column: 3 },
        { at: 0x20, file: '/src/count.bpf.c', line: 12, column: 7 },
        { at: 0x60, file: '/src/count.bpf.c', line: 10_000, column: 1023 },
      ],
    },
    {
      name: 'parse',
      tag: 'bbbbbbbbbbbbbbbb',
      start: BASE,
      length: 0x40,
      lines: [
        { at: 0, file: '/src/parse.h', line: 4, column: 0 },
        { at: 0x10, file: '/src/parse.h', line: 5, column: 9 },
      ],
    },
  ],
};
