// Programs as compilers make them, against readelf's reading of the same bytes.
import { existsSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { MemorySource } from '../../src/binary/byte-source.ts';
import { compileUnwindTable } from '../../src/unwind/compile-table.ts';
import { decodeUnwindTable } from '../../src/unwind/unwind-table.ts';
import { tableStats } from '../../src/unwind/table-stats.ts';
import { CfiWriter, writeCfiElf } from '../support/cfi-writer.ts';
import { readelfFrames } from '../support/readelf-frames.ts';
import { fileBytes, FixtureFolder } from '../support/symbolizer-fixtures.ts';
import { CODE, rowsOf } from '../support/unwind-rows.ts';

const folder = new FixtureFolder();
afterAll(() => folder.remove());

const SOURCE = `
#include <stdio.h>
#include <string.h>
__attribute__((noinline)) int sum(const char *text, int n) {
  char copy[n + 1];
  memcpy(copy, text, n + 1);
  int s = 0;
  for (int i = 0; i < n; i++) s += copy[i] * i;
  return s;
}
__attribute__((noinline)) double many(double a, int b, long c, char d, int e, int f, int g, int h) {
  return a + b + c + d + e + f + g + h + sum("many", b);
}
int main(int argc, char **argv) {
  for (int i = 0; i < argc; i++) printf("%f\\n", many(1.5, sum(argv[i], i), 2, 3, 4, 5, 6, 7));
  return 0;
}`;

/** Every row of readelf's that is no expression is a row of ours, and nothing else is. */
function expectAgreement(path: string): string[] {
  const rows = rowsOf(fileBytes(path));
  if (typeof rows === 'string') throw new Error(rows);
  const frames = readelfFrames(path);
  expect(frames.length).toBeGreaterThan(3);
  const ours = new Map(rows.map((row) => [Number(row.split(' ')[0]), row.slice(row.indexOf(' ') + 1)]));
  const differing = frames.filter(({ address, text }) => text !== null && ours.get(address) !== text);
  const shown = differing.filter(({ address }, i) => {
    // Behind an expression a row may say what held before it.
    const before = frames[frames.findIndex((frame) => frame === differing[i]) - 1];
    return before?.text !== null || ours.has(address);
  });
  expect(
    shown.map(({ address, text }) => `0x${address.toString(16)} ${text!}: ${ours.get(address) ?? 'no row'}`),
  ).toEqual([]);
  return rows;
}

describe('a program of gcc', () => {
  it.each([
    ['optimised', ['-O2']],
    ['not optimised', ['-O0']],
    ['with frame pointers', ['-O2', '-fno-omit-frame-pointer']],
    ['without them', ['-O2', '-fomit-frame-pointer']],
    ['static', ['-O2', '-static']],
    ['static and position independent', ['-O2', '-static-pie']],
    ['at a fixed address', ['-O2', '-no-pie']],
  ])('has the rows that readelf shows: %s', (name, flags) => {
    expectAgreement(folder.gcc(name.replaceAll(' ', '-'), SOURCE, flags));
  });

  it('that realigns its stacks reads CFAs from memory', () => {
    const rows = expectAgreement(
      folder.gcc('realigned', SOURCE, [
        '-O2',
        '-mstackrealign',
        '-mno-accumulate-outgoing-args',
        '-mpreferred-stack-boundary=5',
      ]),
    );
    expect(
      rows.filter((row) => / (\*\(RBP-\d+\) \[RBP\]|RBP\+16 \[CFA-16\]) \[CFA-8\]$/.test(row)).length,
    ).toBeGreaterThan(0);
  });

  it.each([
    ['.debug_frame alone', ['-g']],
    ['.debug_frame alone, compressed', ['-g', '-gz=zlib']],
    ['.debug_frame alone, compressed with zstd', ['-g', '-Wl,--compress-debug-sections=zstd']],
    ['.zdebug_frame', ['-g', '-Wl,--compress-debug-sections=zlib-gnu']],
  ])('has a table of %s', (name, flags) => {
    const none = ['-fno-asynchronous-unwind-tables', '-fno-unwind-tables', '-nostdlib', '-static', '-O1'];
    const source =
      'int f(int a) { volatile int b[40]; b[a] = a; return b[a]; } void _start(void) { f(1); for (;;); }';
    const path = folder.gcc(name.replaceAll(/\W+/g, '-'), source, [...none, ...flags]);
    const rows = rowsOf(fileBytes(path)) as string[];
    expect(rows.map((row) => row.slice(row.indexOf(' ') + 1))).toContain('RSP+8 same [CFA-8]');
  });

  it('has the same table without section headers, by .eh_frame_hdr', () => {
    const bytes = fileBytes(folder.gcc('sectionless', SOURCE, ['-O2']));
    const whole = rowsOf(bytes) as string[];
    const view = new DataView(bytes.buffer);
    view.setBigUint64(0x28, 0n, true); // e_shoff
    view.setUint16(0x3c, 0, true); // e_shnum
    view.setUint16(0x3e, 0, true); // e_shstrndx
    expect(rowsOf(bytes)).toEqual(whole);
    expect(whole.length).toBeGreaterThan(10);
  });

  it('of assembly has what was written by hand', () => {
    const source = `
      .globl _start
      .type _start, @function
_start: .cfi_startproc
      .cfi_undefined rip
      call leaf
      .cfi_endproc
      .size _start, .-_start
leaf: .cfi_startproc
      mov %rsp, %rax
      .cfi_def_cfa_register rax
      and $-64, %rsp
      push %rax
      .cfi_escape 0x0f,0x05,0x77,0x00,0x06,0x23,0x08
      pop %rsp
      .cfi_def_cfa rsp, 8
      pop %rdi
      .cfi_register rip, rdi
      .cfi_adjust_cfa_offset -8
      jmp *%rdi
      .cfi_endproc`;
    const rows = rowsOf(fileBytes(folder.gcc('asm', source, ['-nostdlib', '-static'], 'S'))) as string[];
    expect(rows.map((row) => row.slice(row.indexOf(' ') + 1))).toEqual([
      'RSP+8 same undefined',
      'RSP+8 same [CFA-8]',
      'RAX+8 same [CFA-8]',
      '*(RSP)+8 same [CFA-8]',
      'RSP+8 same [CFA-8]',
      'RSP same RDI',
      '-',
    ]);
  });
});

describe('programs of this host', () => {
  const paths = ['/lib/x86_64-linux-gnu/libc.so.6', process.execPath].filter((path) => existsSync(path));

  it.each(paths)('%s has the rows that readelf shows', (path) => void expectAgreement(path), 120_000);

  it('are compiled to about four bytes per row', () => {
    const compiled = compileUnwindTable(new MemorySource(fileBytes(process.execPath)));
    if (!compiled.ok) throw new Error(compiled.reason);
    const stats = tableStats(decodeUnwindTable(compiled.table));
    expect(stats.rows).toBeGreaterThan(100_000);
    expect(compiled.table.length / stats.rows).toBeLessThan(5);
    expect(compiled.entries.malformed).toBe(0);
  });
});

describe('a file without a table', () => {
  const empty = { text: CODE, sections: [] };
  const compile = (bytes: Uint8Array) => compileUnwindTable(new MemorySource(bytes));

  it('is one that is no ELF file, or cut off', () => {
    expect(compile(Buffer.from('#!/bin/sh\n'))).toEqual({ ok: false, reason: 'bad-format' });
    expect(compile(new Uint8Array(0))).toEqual({ ok: false, reason: 'bad-format' });
    expect(compile(writeCfiElf(empty).subarray(0, 100))).toEqual({ ok: false, reason: 'bad-format' });
  });

  it('is one of another machine, or of objects', () => {
    expect(compile(writeCfiElf({ ...empty, machine: 243 }))).toEqual({ ok: false, reason: 'machine' });
    const object = fileBytes(folder.gcc('object.o', 'int f(void) { return 1; }', ['-c']));
    expect(compile(object)).toEqual({ ok: false, reason: 'no-code' });
  });

  it('is not one without call frame information: all its code is a gap', () => {
    const compiled = compile(writeCfiElf(empty));
    if (!compiled.ok) throw new Error(compiled.reason);
    expect(tableStats(decodeUnwindTable(compiled.table))).toMatchObject({
      rows: 0,
      coveredBytes: 0,
      gapBytes: 0x1000,
    });
  });

  it('is one whose call frame information is beyond the cap', () => {
    // A section header that announces 64 MiB and a byte, in a file that is as large.
    const bytes = writeCfiElf({
      ...empty,
      sections: [{ name: '.eh_frame', bytes: new Uint8Array((64 << 20) + 1) }],
    });
    expect(compile(bytes)).toEqual({ ok: false, reason: 'too-large' });
  });

  it('may be mapped beyond what a table can address', () => {
    const writer = new CfiWriter();
    writer.fde(writer.cie(), { start: CODE.address, length: 0x10, instructions: [] });
    const text = { ...CODE, offset: 2 ** 33 };
    const sections = [{ name: '.eh_frame', bytes: writer.finish() }];
    const bytes = writeCfiElf({ text: { ...CODE }, sections });
    new DataView(bytes.buffer).setBigUint64(64 + 8, BigInt(text.offset), true); // p_offset of the code
    expect(compile(bytes)).toEqual({ ok: false, reason: 'no-code' });
  });
});
