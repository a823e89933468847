import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MemorySource } from '../../src/binary/byte-source.ts';
import { ElfFile } from '../../src/binary/elf/elf-file.ts';
import { AddressTable } from '../../src/unwind/address-table.ts';
import { CFA, FP } from '../../src/unwind/table-layout.gen.ts';

const SOURCE = 'package main\nfunc main() { println(len(make([]int, 3))) }\n';
const SWITCHING = ['runtime.systemstack', 'runtime.mcall', 'runtime.morestack', 'runtime.asmcgocall'];

let dir: string;

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'pilotlight-go-stacks-'));
  writeFileSync(join(dir, 'main.go'), SOURCE);
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

function built(name: string, ...options: string[]): Uint8Array {
  const file = join(dir, name);
  const env = { ...process.env, GO111MODULE: 'off', GOCACHE: join(dir, 'cache'), GOPATH: dir };
  execFileSync('go', ['build', ...options, '-o', file, join(dir, 'main.go')], { env, timeout: 300_000 });
  return readFileSync(file);
}

function tableOf(bytes: Uint8Array): AddressTable {
  const table = AddressTable.of(new MemorySource(bytes));
  if (!(table instanceof AddressTable)) throw new Error(table.reason);
  return table;
}

/** Ranges with the rule of a change of stacks, [start, end). */
function switchesOf(table: AddressTable): [number, number][] {
  const found: [number, number][] = [];
  let start: number | null = null;
  table.forEachRow((address, rule) => {
    if (start !== null) found.push([start, address]);
    start = rule.cfaKind === CFA.SWITCH ? address : null;
  });
  return found;
}

/** By nm: the start of each function that changes stacks. Wrappers for the other calling convention do not. */
function symbolsOf(name: string): number[] {
  const lines = execFileSync('nm', [join(dir, name)], { encoding: 'utf8' }).split('\n');
  const symbols = new Map(
    lines.map((line) => line.split(' ')).map(([address, , symbol]) => [symbol, address]),
  );
  return SWITCHING.map((symbol) => symbols.get(`${symbol}.abi0`) ?? symbols.get(symbol)!).map((address) =>
    Number.parseInt(address, 16),
  );
}

describe('tables of Go programs', () => {
  it(
    'know where the run time changes stacks, also when the program is stripped',
    { timeout: 400_000 },
    () => {
      const whole = switchesOf(tableOf(built('whole')));
      const symbols = symbolsOf('whole');
      const found = symbols.filter((at) => whole.some(([start, end]) => at >= start && at < end));
      expect(found).toEqual(symbols);
      // Neighbours in the file share a range.
      expect(whole.length).toBeLessThanOrEqual(symbols.length);

      expect(switchesOf(tableOf(built('stripped', '-ldflags=-s -w')))).toEqual(whole);
      expect(switchesOf(tableOf(built('pie', '-buildmode=pie')))).toHaveLength(whole.length);
    },
  );

  it(
    'say where frame pointers are saved, which call frame information does not',
    { timeout: 400_000 },
    () => {
      const table = tableOf(built('pointers'));
      const rules = new Map<number, number>();
      table.forEachRow((_, rule) => {
        if (rule.cfaKind === CFA.SP) rules.set(rule.cfaOffset, rule.fpKind);
      });
      expect(rules.get(8)).toBe(FP.SAME); // the return address alone: no frame yet
      const framed = [...rules].filter(([offset]) => offset > 8);
      expect(framed.length).toBeGreaterThan(20);
      expect(framed.every(([, kind]) => kind === FP.BELOW_RA)).toBe(true);
    },
  );

  it('keep their other rules when the table of functions is damaged', { timeout: 400_000 }, () => {
    const bytes = built('damaged').slice();
    const { offset } = new ElfFile(new MemorySource(bytes))
      .sections()
      .find(({ name }) => name === '.gopclntab')!;
    const sound = tableOf(bytes);
    new DataView(bytes.buffer, bytes.byteOffset).setUint32(offset + 8, 0xffff_ffff, true); // number of functions
    const damaged = tableOf(bytes);
    expect(switchesOf(damaged)).toEqual([]);
    let same = 0;
    sound.forEachRow((address, rule) => {
      if (rule.cfaKind === CFA.SP && damaged.find(address).cfaOffset === rule.cfaOffset) same++;
    });
    expect(same).toBeGreaterThan(1000);
  });
});
