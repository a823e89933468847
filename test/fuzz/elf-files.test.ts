import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BinaryFormatError } from '../../src/binary/binary-format-error.ts';
import { MemorySource } from '../../src/binary/byte-source.ts';
import { Output } from '../../src/binary/decompress/output.ts';
import { unxz } from '../../src/binary/decompress/xz/container.ts';
import { unzstd } from '../../src/binary/decompress/zstd/frames.ts';
import { compressibleBytes, compressWith, damaged } from '../support/compressors.ts';
import { writeDynamicElf } from '../support/dynamic-elf-writer.ts';
import { fileBytes, FixtureFolder, run } from '../support/symbolizer-fixtures.ts';
import { fuzzElfFiles, readElfFile, type ElfOutcome, type ElfSeed } from './elf-files.ts';

const MUTATIONS = Number(process.env['PILOTLIGHT_FUZZ_MUTATIONS'] ?? 3000);
const SEED = Number(process.env['PILOTLIGHT_FUZZ_SEED'] ?? 20_260_711);
/** A mutated file of 10 KB takes about a millisecond; a garbage collection may come between. */
const SLOWEST_MS = 1000;

const SOURCE = `
  static __attribute__((noinline)) int inner(int x) { return x * 3 + 1; }
  int outer(int x) { return inner(x) + inner(x + 1); }
`;

const folder = new FixtureFolder();
let seeds: ElfSeed[];

beforeAll(() => {
  const flags = ['-shared', '-fPIC', '-nostdlib', '-O1', '-g', '-Wl,--build-id', '-Wl,-z,noseparate-code'];
  const plain = folder.gcc('plain.so', SOURCE, flags);
  const packed = ['zlib-gabi', 'zlib-gnu', 'zstd'].map((style) => {
    const path = join(folder.path, style);
    run('objcopy', [`--compress-debug-sections=${style}`, plain, path]);
    return { name: style, bytes: fileBytes(path) };
  });
  seeds = [
    { name: 'plain', bytes: fileBytes(plain) },
    ...packed,
    { name: 'stripped', bytes: fileBytes(strippedWithLinks(plain)) },
    {
      name: 'no sections',
      bytes: writeDynamicElf({ is64: false, littleEndian: false, functions: ['a', 'b'] }),
    },
  ];
});
afterAll(() => folder.remove());

/** With .gnu_debuglink, .gnu_debugaltlink and .gnu_debugdata. */
function strippedWithLinks(plain: string): string {
  const [mini, alt, out] = ['mini', 'alt', 'stripped'].map((name) => join(folder.path, name)) as [
    string,
    string,
    string,
  ];
  run('objcopy', ['-S', '--keep-symbol=inner', '--only-keep-debug', plain, mini]);
  writeFileSync(`${mini}.xz`, compressWith('xz', fileBytes(mini)));
  writeFileSync(alt, Buffer.concat([Buffer.from('/usr/lib/debug/common\0'), Buffer.alloc(20, 0xab)]));
  run('strip', [plain, '-o', out]);
  const sections = [`--add-section=.gnu_debugdata=${mini}.xz`, `--add-section=.gnu_debugaltlink=${alt}`];
  run('objcopy', [...sections, `--add-gnu-debuglink=${plain}`, out]);
  return out;
}

describe('ELF files that are mutated', () => {
  it('give an answer or a BinaryFormatError in bounded time', () => {
    const { outcomes, slowestMs } = fuzzElfFiles(seeds, MUTATIONS, SEED);
    expect(slowestMs).toBeLessThan(SLOWEST_MS);
    // The mutations reach what they are for: every kind of refusal occurs, and files are still read.
    for (const kind of ['ok', 'truncated', 'bad-magic', 'bad-value', 'limit', 'overflow']) {
      expect(outcomes.get(kind), kind).toBeGreaterThan(0);
    }
    expect(outcomes.get('ok')).toBeGreaterThan(MUTATIONS);
  }, 3_600_000);

  it('give an answer or a BinaryFormatError for every truncation', () => {
    for (const { bytes } of seeds) {
      expect(bytes.length).toBeLessThan(40_000);
      const outcome: ElfOutcome = { outcomes: new Map(), slowestMs: 0 };
      for (let length = 0; length < bytes.length; length++) readElfFile(bytes.subarray(0, length), outcome);
      expect(outcome.slowestMs).toBeLessThan(SLOWEST_MS);
    }
  }, 600_000);
});

describe('compressed bytes that are damaged', () => {
  const formats = {
    zstd: (bytes: Uint8Array, size: number): void => {
      const out = new Output(size, 'test');
      unzstd(new MemorySource(bytes), out, 'test');
      out.finish();
    },
    xz: (bytes: Uint8Array): void => void unxz(new MemorySource(bytes), 1 << 20, 'test'),
  };

  it.each([
    ['zstd', ['-3', '--no-check']],
    ['zstd', ['-19', '--no-check']],
    ['xz', ['-6', '--check=none']],
  ] as const)(
    'are refused, or give as much as was declared, in bounded time: %s %o',
    (format, flags) => {
      const bytes = compressibleBytes(6000, SEED);
      const packed = compressWith(format, bytes, flags);
      let [slowestMs, accepted, refused] = [0, 0, 0];
      for (const changed of damaged(packed, MUTATIONS, SEED)) {
        const began = performance.now();
        try {
          formats[format](changed, bytes.length);
          accepted++;
        } catch (error) {
          if (!(error instanceof BinaryFormatError)) throw error;
          refused++;
        }
        slowestMs = Math.max(slowestMs, performance.now() - began);
      }
      expect(slowestMs).toBeLessThan(SLOWEST_MS);
      // Literals may be changed without anybody noticing; most changes do not fit.
      expect(accepted).toBeGreaterThan(0);
      expect(refused).toBeGreaterThan(MUTATIONS / 10);
    },
    3_600_000,
  );
});
