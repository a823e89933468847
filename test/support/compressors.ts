// Compressed bytes for tests, made by the tools that everybody uses.
import { execFileSync } from 'node:child_process';
import { seededRandom } from './symbolizer-fixtures.ts';

/** `flags` as on the command line: `-19`, `--check=crc32`, … */
export function compressWith(
  tool: 'zstd' | 'xz',
  bytes: Uint8Array,
  flags: readonly string[] = [],
): Uint8Array {
  const args = [...flags, '-c', ...(tool === 'zstd' ? ['-q'] : [])];
  return new Uint8Array(
    execFileSync(tool, args, { input: bytes, maxBuffer: 1 << 28, stdio: ['pipe', 'pipe', 'pipe'] }),
  );
}

/** Text of words that come again, numbers, runs and noise: every kind of block and of match occurs. */
export function compressibleBytes(length: number, seed: number): Uint8Array {
  const random = seededRandom(seed);
  const words = Array.from({ length: 200 }, () =>
    random()
      .toString(36)
      .repeat(1 + (random() % 3)),
  );
  const parts: Buffer[] = [];
  for (let size = 0; size < length;) {
    const part = piece(random, words);
    parts.push(part);
    size += part.length;
  }
  return new Uint8Array(Buffer.concat(parts)).slice(0, length);
}

function piece(random: () => number, words: readonly string[]): Buffer {
  switch (random() % 8) {
    case 0:
      return Buffer.alloc(1 + (random() % 3000), random() & 0xff);
    case 1:
      return Buffer.from(Array.from({ length: random() % 600 }, () => random() & 0xff));
    case 2:
      return Buffer.from(Array.from({ length: 200 }, (_, i) => (i * 7) & 0xff));
    default:
      return Buffer.from(Array.from({ length: 40 }, () => words[random() % words.length]).join(' '));
  }
}

/** Copies with bytes changed, pieces moved or the end cut off, all over and not at the front alone. */
export function* damaged(bytes: Uint8Array, count: number, seed: number): Generator<Uint8Array> {
  const random = seededRandom(seed);
  for (let i = 0; i < count; i++) {
    const copy = bytes.slice();
    for (let changes = 1 + (random() % 4); changes > 0; changes--) {
      const at = random() % (random() % 2 === 0 ? copy.length : Math.min(copy.length, 200));
      if (random() % 8 === 0) copy.copyWithin(at, random() % copy.length, copy.length);
      else copy[at] = random() % 3 === 0 ? 0xff : random() & 0xff;
    }
    yield random() % 16 === 0 ? copy.subarray(0, random() % copy.length) : copy;
  }
}
