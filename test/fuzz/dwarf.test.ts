import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readBytes } from '../../src/binary/byte-source.ts';
import type { DebugSections } from '../../src/symbolizer/dwarf/debug-sections.ts';
import { compileFixture, sectionsOf, textAddresses } from '../support/dwarf-fixtures.ts';
import { FixtureFolder } from '../support/symbolizer-fixtures.ts';
import { fuzzDwarf, truncateDwarf, type DwarfSeed } from './dwarf.ts';

/** Set by `npm run fuzz`. */
const MUTATIONS = Number(process.env['PILOTLIGHT_FUZZ_MUTATIONS'] ?? 4000);
const SEED = Number(process.env['PILOTLIGHT_FUZZ_SEED'] ?? 20_260_705);
/** Per mutation at most; sections of some 20 KB take about one ms. */
const SLOWEST_MS = 2000;

const NAMES = [
  'info',
  'abbrev',
  'str',
  'str_offsets',
  'rnglists',
  'line_str',
  'line',
  'addr',
  'ranges',
  'aranges',
];
const ALL = [...NAMES.flatMap((name) => [`.debug_${name}`, `.debug_${name}.dwo`]), '.debug_cu_index'];

const folder = new FixtureFolder();
const seeds: DwarfSeed[] = [];
afterAll(() => folder.remove());

function bytesOf(sections: DebugSections): Map<string, Uint8Array> {
  return new Map(
    ALL.flatMap((name) => {
      const source = sections.section(name);
      return source === null ? [] : [[name, readBytes(source, 0, source.size, name)] as const];
    }),
  );
}

beforeAll(() => {
  const addresses = (path: string): number[] => textAddresses(path, 60, SEED);
  const library = ['-O2', '-shared', '-fPIC'];
  for (const [compiler, version] of [
    ['gcc', 3],
    ['gcc', 5],
    ['clang', 4],
    ['clang', 5],
  ] as const) {
    const name = `${compiler}-${version}`;
    const path = compileFixture(folder, name, compiler, ['tables.c'], [...library, `-gdwarf-${version}`]);
    seeds.push({ name, sections: bytesOf(sectionsOf(path)), addresses: addresses(path) });
  }
  for (const version of [4, 5]) {
    const name = `split-${version}`;
    compileFixture(
      folder,
      `${name}.o`,
      'clang',
      ['tables.c'],
      ['-O2', `-gdwarf-${version}`, '-gsplit-dwarf', '-c', '-fPIC'],
    );
    const path = compileFixture(folder, name, 'clang', [join(folder.path, `${name}.o`)], ['-shared']);
    execFileSync('llvm-dwp-19', [`${path}.dwo`, '-o', `${path}.dwp`], { timeout: 20_000 });
    const companion = { kind: 'package' as const, sections: bytesOf(sectionsOf(`${path}.dwp`)) };
    seeds.push({ name, sections: bytesOf(sectionsOf(path)), addresses: addresses(path), companion });
  }
  const pair = ['dwz-a', 'dwz-b'].map((name) =>
    compileFixture(folder, name, 'gcc', ['tables.c'], [...library, '-gdwarf-4']),
  );
  execFileSync('dwz', ['-m', join(folder.path, 'common'), ...pair], { stdio: ['ignore', 'ignore', 'pipe'] });
  const companion = {
    kind: 'supplement' as const,
    sections: bytesOf(sectionsOf(join(folder.path, 'common'))),
  };
  seeds.push({
    name: 'dwz',
    sections: bytesOf(sectionsOf(pair[0]!)),
    addresses: addresses(pair[0]!),
    companion,
  });
});

describe('mutated debug sections', () => {
  it('give frames, nothing or a BinaryFormatError, in bounded time and memory', () => {
    const outcome = fuzzDwarf(seeds, MUTATIONS, SEED);
    expect(outcome.slowestMs).toBeLessThan(SLOWEST_MS);
    expect(outcome.mostBytes).toBeLessThan(16 << 20);
    // What is changed is what is read: else nothing is tested here.
    expect(outcome.frames).toBeGreaterThan(MUTATIONS);
    expect(outcome.refused).toBeGreaterThan(MUTATIONS / 10);
    expect(outcome.changed).toBeGreaterThan(MUTATIONS / 4);
  }, 3_600_000);

  it('give them for every truncation too', () => {
    for (const seed of seeds) {
      const outcome = truncateDwarf(seed);
      expect(outcome.slowestMs).toBeLessThan(SLOWEST_MS);
      expect(outcome.frames).toBeGreaterThan(0);
      expect(outcome.refused + outcome.nothing).toBeGreaterThan(0);
    }
  }, 600_000);
});
