import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MemorySource } from '../../src/binary/byte-source.ts';
import { compileUnwindTable } from '../../src/unwind/compile-table.ts';
import { cfi, CfiWriter, op, writeCfiElf } from '../support/cfi-writer.ts';
import { fileBytes, FixtureFolder } from '../support/symbolizer-fixtures.ts';
import { CODE } from '../support/unwind-rows.ts';
import { fuzzDecoding, fuzzUnwindTables, type FuzzSeed } from './unwind-tables.ts';

/** Set by `npm run fuzz`. */
const MUTATIONS = Number(process.env['PILOTLIGHT_FUZZ_MUTATIONS'] ?? 4000);
const SEED = Number(process.env['PILOTLIGHT_FUZZ_SEED'] ?? 20_260_701);
/** Per mutation at most; files of some 20 KB take less than one ms. */
const SLOWEST_MS = 2000;

const folder = new FixtureFolder();
let seeds: FuzzSeed[];

beforeAll(() => {
  const source = `int f(int a) { volatile int b[40]; b[a] = a; return b[a]; }
    int g(int a, ...) { return f(a) + f(a + 1); }
    void _start(void) { for (;;) g(f(1), 2); }`;
  const bare = ['-nostdlib', '-static', '-O2', '-Wl,-z,noseparate-code'];
  const debugOnly = ['-g', '-fno-asynchronous-unwind-tables', '-fno-unwind-tables'];
  seeds = [
    { name: 'a program of gcc', bytes: fileBytes(folder.gcc('program', source, bare)) },
    { name: '.debug_frame', bytes: fileBytes(folder.gcc('debug', source, [...bare, ...debugOnly])) },
    { name: 'all instructions, .eh_frame', bytes: everything(true) },
    { name: 'all instructions, .debug_frame', bytes: everything(false) },
  ];
});
afterAll(() => folder.remove());

/** Every instruction there is, in FDEs that overlap. */
function everything(isEh: boolean): Uint8Array {
  const writer = new CfiWriter({ isEh });
  const cies = [
    writer.cie(),
    writer.cie({ version: 4, augmentation: 'zRS' }),
    writer.cie({ version: 3, augmentation: 'zPLR', augmentationData: [0x1b, 0, 0, 0, 0, 0x1b, 0] }),
  ];
  const instructions = [
    ...[
      ...cfi.advance(4),
      ...cfi.defCfaOffset(16),
      ...cfi.offset(6, 2),
      ...cfi.advance1(3),
      ...cfi.defCfaRegister(6),
    ],
    ...[
      ...cfi.rememberState(),
      ...cfi.advance2(300),
      ...cfi.defCfa(7, 8),
      ...cfi.restore(6),
      ...cfi.restoreState(),
    ],
    ...[
      ...cfi.advance4(5),
      ...cfi.expression(6, op.breg(6, 0)),
      ...cfi.offsetExtendedSf(16, 1),
      ...cfi.argsSize(8),
    ],
    ...[...cfi.defCfaExpression([...op.breg(7, 96), ...op.deref, ...op.plusUconst(8)]), ...cfi.advance(1)],
    ...[
      ...cfi.valExpression(6, op.breg(6, 0)),
      ...cfi.valOffset(3, 1),
      ...cfi.register(16, 5),
      ...cfi.advance(1),
    ],
    ...[...cfi.undefined(16), ...cfi.sameValue(6), ...cfi.negativeOffset(3, 1), ...cfi.windowSave()],
  ];
  for (let i = 0; i < 12; i++) {
    writer.fde(cies[i % 3]!, { start: CODE.address + 0x40 * i, length: 0x30 + 0x20 * (i % 4), instructions });
  }
  return writeCfiElf({
    text: CODE,
    sections: [{ name: isEh ? '.eh_frame' : '.debug_frame', bytes: writer.finish() }],
  });
}

describe('files with mutated call frame information', () => {
  it('give an answer in bounded time, and tables that decode', () => {
    const outcome = fuzzUnwindTables(seeds, MUTATIONS, SEED);
    expect(outcome.slowestMs).toBeLessThan(SLOWEST_MS);
    // 4 KiB of code has no more rows than bytes, whatever is said of it.
    expect(outcome.largestTableBytes).toBeLessThan(1 << 20);
    // What is changed is what is read: else nothing is tested here.
    expect(outcome.outcomes.get('ok')).toBeGreaterThan(MUTATIONS / 2);
    expect(outcome.changed).toBeGreaterThan(MUTATIONS / 4);
    expect(outcome.malformed).toBeGreaterThan(MUTATIONS / 20);
  }, 3_600_000);

  it('and mutated tables are refused, or can be looked up', () => {
    const compiled = compileUnwindTable(new MemorySource(seeds[2]!.bytes));
    if (!compiled.ok) throw new Error(compiled.reason);
    expect(fuzzDecoding(compiled.table, MUTATIONS, SEED).accepted).toBeGreaterThan(0);
  }, 3_600_000);

  it('give an answer for every truncation', () => {
    const { bytes } = seeds[2]!;
    for (let length = 0; length < bytes.length; length += length < 5000 ? 1 : 97) {
      expect(compileUnwindTable(new MemorySource(bytes.subarray(0, length)))).toHaveProperty('ok');
    }
  });
});
