// Compiles and runs self-recorder.cc; its output as pairs and reference walks.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Pair } from '../../bench/exactness/pairs.ts';
import type { ReferenceWalk } from '../../bench/exactness/reference.ts';
import type { RecordedSpace } from '../../bench/lib/recorded-processes.ts';
import { parseExecutableMappings } from '../../src/collector/proc.ts';

const SOURCE = fileURLToPath(new URL('./self-recorder.cc', import.meta.url));
const REGISTERS = 17;
/** _URC_END_OF_STACK of unwind.h. */
const END_OF_STACK = 5;

export interface SelfRecorded {
  pair: Pair;
  reference: ReferenceWalk;
}

/** `flags`: of the compiler, beside `-O2`. */
export function recordItself(folder: string, flags: readonly string[], pairs: number): SelfRecorded[] {
  const program = join(folder, `self-recorder${flags.join('')}`);
  execFileSync('g++', ['-std=c++17', '-O2', ...flags, '-o', program, SOURCE]);
  return parse(run(program, pairs));
}

/** libgcc's unwinder, asked in a signal that interrupted libgcc itself, may fault or wait for itself: then once more. */
function run(program: string, pairs: number): Buffer {
  for (let tries = 1; ; tries++) {
    try {
      return execFileSync(program, [String(pairs)], { maxBuffer: 2 ** 30, timeout: 8_000, stdio: 'pipe' });
    } catch (error) {
      if (tries === 3) throw error;
    }
  }
}

function parse(output: Buffer): SelfRecorded[] {
  const word = (at: number): number => Number(output.readBigUInt64LE(at));
  const words = (at: number, count: number) =>
    BigUint64Array.from({ length: count }, (_, i) => output.readBigUInt64LE(at + 8 * i));
  const mapsEnd = 8 + word(0);
  const space = spaceOf(output.toString('utf8', 8, mapsEnd));
  const found: SelfRecorded[] = [];
  for (let at = mapsEnd; at < output.length;) {
    const registers = words(at, REGISTERS);
    const counts = at + 8 * REGISTERS;
    const [frameCount, result, stackBytes] = [word(counts), word(counts + 8), word(counts + 16)];
    const stackStart = counts + 24 + 8 * frameCount;
    const frames = [...words(counts + 24, frameCount)];
    const stack = output.subarray(stackStart, stackStart + stackBytes);
    const pair = {
      comm: 'self-recorder',
      space,
      registers,
      stackAt: registers[7]!,
      stack,
      stackCut: false,
      inKernel: false,
    };
    found.push({ pair, reference: { frames, end: result === END_OF_STACK ? 'root' : `result ${result}` } });
    at = stackStart + stackBytes;
  }
  return found;
}

function spaceOf(maps: string): RecordedSpace {
  const mappings = parseExecutableMappings(maps).map(({ start, end, offset, path }) => ({
    start,
    end,
    offset: BigInt(offset),
    path,
  }));
  return { mappings };
}
