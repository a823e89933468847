// Names the addresses on standard input (JSON) again and again in one thread, and prints how fast as JSON.
import { readFileSync } from 'node:fs';

// By its address: what is built is not there when the types are checked.
const built = new URL('../../dist/symbolizer/file-symbolizer.js', import.meta.url);
/** @type {typeof import('../../src/symbolizer/file-symbolizer.ts')} */
const { FileSymbolizer } = await import(built.href);

/** Long enough for the optimizer and a few collections of garbage. */
const LEAST_MS = 2000;

const file = new FileSymbolizer(process.argv[2] ?? '', null);
/** @type {number[]} */
const addresses = JSON.parse(readFileSync(0, 'utf8'));
const round = async () => {
  const begin = performance.now();
  for (const address of addresses) await file.at(address);
  return performance.now() - begin;
};
const firstMs = await round();
const againMs = [];
const begin = performance.now();
while (performance.now() - begin < LEAST_MS || againMs.length < 3) againMs.push(await round());
againMs.sort((a, b) => a - b);
const median = againMs[againMs.length >> 1] ?? NaN;
console.log(JSON.stringify({ firstMs, perSecond: (1000 * addresses.length) / median }));
file.close();
