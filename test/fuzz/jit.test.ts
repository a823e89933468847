import { expect, it } from 'vitest';
import { JitFile } from '../../src/symbolizer/jit/jit-file.ts';
import { Jitdump } from '../../src/symbolizer/jit/jitdump.ts';
import { PerfMap } from '../../src/symbolizer/jit/perf-map.ts';
import { JitdumpWriter } from '../support/jitdump-writer.ts';
import { fuzzJit, truncateJit, type JitFuzzTarget } from './jit.ts';

/** Set by `npm run fuzz`. */
const MUTATIONS = Number(process.env['PILOTLIGHT_FUZZ_MUTATIONS'] ?? 4000);
const SEED = Number(process.env['PILOTLIGHT_FUZZ_SEED'] ?? 20_260_705);
/** Per mutation at most; files of 2 KB take a fraction of one ms. */
const SLOWEST_MS = 1000;

const MAP = `3ef41000 100 JS:*fetch /app/server.js:10:5
3ef41100 40 JS:~get size file:///app/a%20b.mjs:3:11
0x3ef41140 0x40 int java.lang.String.hashCode()
3ef41180 40 La/A;::outer(I)V(A.java:3)->Lb/B;::inner
3ef411c0 40 void [App] A.B::Main(class C[])[OptimizedTier1]
3ef41200 40 py::Reader.read:/app/reader.py
3ef41240 40 TRACE_1::@/app/main.lua:34
3ef41280 40 RegExp.> src: 'a(b+)c' flags: 'g'
3ef41020 20 Function:fib-3-turbofan
3ef41100 10 Builtin:ArrayMap
`;
const MAP_ADDRESSES = Array.from({ length: 12 }, (_, i) => 0x3ef41000 + 0x30 * i);

function dump(littleEndian: boolean): Uint8Array {
  const file = '/app/server.js';
  return new JitdumpWriter({ littleEndian })
    .lines(
      0x1000,
      [1, 2, 3].map((n) => ({ address: 0x1040 + 16 * n, line: 10 + n, column: n, file })),
      true,
    ) // prettier-ignore
    .load({ address: 0x1000, size: 0x80, name: 'JS:*fetch /app/server.js:10:5', index: 1 })
    .lines(0x2000, [
      { address: 0x2000, line: 7, file: 'f.jl' },
      { address: 0x2010, line: 8, file: 'g.jl' },
    ]) // prettier-ignore
    .load({ address: 0x2000, size: 0x40, name: 'julia_f_12', index: 2 })
    .record(4, [Buffer.alloc(40)])
    .move(2, 0x2000, 0x3000, 0x40)
    .load({ address: 0x2020, size: 0x40, name: 'py::fib:/app/fib.py', index: 3 })
    .close()
    .bytes();
}
const DUMP_ADDRESSES = [0x1000, 0x1010, 0x1030, 0x2000, 0x2010, 0x2030, 0x3000, 0x3010, 0x4000];

const targets: JitFuzzTarget[] = [
  { name: 'perf map', bytes: Buffer.from(MAP), addresses: MAP_ADDRESSES, make: () => new PerfMap() },
  {
    name: 'perf map beyond the caps',
    bytes: Buffer.from(MAP),
    addresses: MAP_ADDRESSES,
    make: () => new PerfMap({ maxBytes: 200, maxRows: 4 }),
  },
  { name: 'jitdump', bytes: dump(true), addresses: DUMP_ADDRESSES, make: () => new Jitdump() },
  { name: 'big-endian jitdump', bytes: dump(false), addresses: DUMP_ADDRESSES, make: () => new JitFile() },
];

it.each(targets)(
  'a $name that was changed gives answers or is refused, in bounded time and memory',
  (target) => {
    const outcome = fuzzJit(target, MUTATIONS, SEED);
    expect(outcome.slowestMs).toBeLessThan(SLOWEST_MS);
    expect(outcome.mostBytes).toBeLessThan(1 << 20);
    // What is changed is what is read: else nothing is tested here.
    expect(outcome.named).toBeGreaterThan(MUTATIONS / 3);
    expect(outcome.changed).toBeGreaterThan(MUTATIONS / 4);
  },
  3_600_000,
);

it.each(targets)('a $name gives answers or is refused at every length', (target) => {
  const outcome = truncateJit(target);
  expect(outcome.slowestMs).toBeLessThan(SLOWEST_MS);
  expect(outcome.named).toBeGreaterThan(0);
  expect(outcome.changed).toBeGreaterThan(target.bytes.length / 2);
});
