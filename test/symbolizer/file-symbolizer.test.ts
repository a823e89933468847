import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FileSymbolizer } from '../../src/symbolizer/file-symbolizer.ts';
import type { SourceFrame } from '../../src/symbolizer/source-frame.ts';
import type { DebugFileServers } from '../../src/symbolizer/companion-opener.ts';
import { C_PROGRAM, compileFixture, textAddresses } from '../support/dwarf-fixtures.ts';
import { openDescriptors } from '../support/open-descriptors.ts';
import { FixtureFolder, run } from '../support/symbolizer-fixtures.ts';

const folder = new FixtureFolder();
const FLAGS = ['-O2', '-g', '-pthread'];
let whole: string;
let addresses: number[];
let chains: SourceFrame[][];

/** Of all addresses, by a symbolizer of its own. */
async function chainsOf(path: string, servers: DebugFileServers | null = null): Promise<SourceFrame[][]> {
  const file = new FileSymbolizer(path, servers);
  try {
    const found: SourceFrame[][] = [];
    for (const address of addresses) found.push((await file.at(address)).frames);
    return found;
  } finally {
    file.close();
  }
}

const at = (name: string) => join(folder.path, name);
const linesKnown = (of: SourceFrame[][]) => of.filter((frames) => (frames[0]?.line ?? 0) > 0).length;

beforeAll(async () => {
  whole = compileFixture(folder, 'whole', 'gcc', C_PROGRAM, [...FLAGS, '-Wl,--build-id']);
  addresses = textAddresses(whole, 300, 5);
  chains = await chainsOf(whole);
});
afterAll(() => folder.remove());

describe('a file that the command line names', () => {
  it('answers with chains of inlined calls from its own debug information', () => {
    expect(linesKnown(chains)).toBeGreaterThan(250);
    expect(chains.some((frames) => frames.length > 1)).toBe(true);
  });

  it('is found by a relative path, and so is what lies beside it', async () => {
    const before = process.cwd();
    const stripped = strippedInto('relative', '--strip-all');
    run('objcopy', ['--only-keep-debug', whole, at('relative.debug')]);
    linkTo(stripped, at('relative.debug'));
    expect(await chainsOf(relative(before, stripped))).toEqual(chains);
  });

  it('is read with the debug file that its debug link names, if the checksum is right', async () => {
    const stripped = strippedInto('linked', '--strip-all', '--remove-section=.note.gnu.build-id');
    run('objcopy', ['--only-keep-debug', '--remove-section=.note.gnu.build-id', whole, at('linked.debug')]);
    linkTo(stripped, at('linked.debug'));
    expect(await chainsOf(stripped)).toEqual(chains);
    writeFileSync(at('linked.debug'), 'x', { flag: 'a' });
    expect(linesKnown(await chainsOf(stripped))).toBe(0);
  });

  it('is read with a debug file that a server has, by build id, asked once', async () => {
    const stripped = strippedInto('served', '--strip-all');
    mkdirSync(at('cache'), { recursive: true });
    const cached = join(at('cache'), 'debuginfo');
    const asked: string[] = [];
    const servers: DebugFileServers = {
      find: (_buildId, kind) => {
        asked.push(kind);
        run('objcopy', ['--only-keep-debug', whole, cached]);
        return Promise.resolve(cached);
      },
    };
    expect(await chainsOf(stripped, servers)).toEqual(chains);
    expect(asked).toEqual(['debug-file']);
  });

  it('has no names where no server has its debug file, and says so', async () => {
    const stripped = strippedInto('unserved', '--strip-all');
    const file = new FileSymbolizer(stripped, { find: () => Promise.resolve(null) });
    // .dynsym may name some code; .text's first function is in none.
    expect(linesKnown([(await file.at(addresses[0]!)).frames])).toBe(0);
    file.close();
  });

  it('is read with the supplement that dwz made', async () => {
    const program = compileFixture(folder, 'dwz-a', 'gcc', C_PROGRAM, FLAGS);
    const other = compileFixture(folder, 'dwz-b', 'gcc', C_PROGRAM, [...FLAGS, '-O1']);
    const before = await chainsOf(program);
    run('dwz', ['-m', at('dwz.common'), '-M', at('dwz.common'), program, other]);
    expect(await chainsOf(program)).toEqual(before);
    rmSync(at('dwz.common'));
    expect(await chainsOf(program)).not.toEqual(before);
  });

  it.each([4, 5])(
    'is read with the split units of DWARF %i, and without them by what is left',
    async (version) => {
      const name = `split-${version}`;
      const flags = ['-O2', `-gdwarf-${version}`, '-gsplit-dwarf', '-pthread'];
      const whole = compileFixture(folder, `${name}-whole`, 'gcc', C_PROGRAM, [...flags, '-gno-split-dwarf']);
      const objects = C_PROGRAM.map((source) => {
        compileFixture(folder, `${name}-${source}.o`, 'gcc', [source], [...flags, '-c']);
        return at(`${name}-${source}.o`);
      });
      const program = compileFixture(folder, name, 'gcc', [], [...objects, '-pthread']);
      expect(await chainsOf(program)).toEqual(await chainsOf(whole));
      for (const object of objects) renameSync(object.replace(/o$/, 'dwo'), `${object}.away`);
      const without = await chainsOf(program);
      expect(without.every((frames) => frames.length <= 1)).toBe(true);
      expect(linesKnown(without)).toBeGreaterThan(250);
    },
  );

  it('says why there is no name: nothing covers the address, or nothing names code', async () => {
    const file = new FileSymbolizer(whole, null);
    expect(await file.at(1)).toEqual({ frames: [], reason: 'not-covered' });
    file.close();
    const source = 'void _start(void) { for (;;); }';
    const bare = new FileSymbolizer(folder.gcc('bare', source, ['-nostdlib', '-static', '-s']), null);
    expect(await bare.at(addresses[0]!)).toEqual({ frames: [], reason: 'no-symbols' });
    bare.close();
  });

  it('is refused with a reason where it is none', () => {
    expect(() => new FileSymbolizer(at('none'), null)).toThrow('there is no such file');
    expect(() => new FileSymbolizer(folder.path, null)).toThrow('not a regular file');
    expect(() => new FileSymbolizer('/dev/zero', null)).toThrow('not a regular file');
  });

  it('keeps nothing open after it was closed, or refused', async () => {
    const before = openDescriptors();
    await chainsOf(at('linked'));
    await chainsOf(at('split-4'));
    expect(() => new FileSymbolizer(folder.write('text', 'no ELF file'.repeat(20)), null)).toThrow();
    expect(openDescriptors()).toEqual(before);
  });
});

function strippedInto(name: string, ...flags: string[]): string {
  run('objcopy', [...flags, whole, at(name)]);
  return at(name);
}

function linkTo(path: string, debugFile: string): void {
  run('objcopy', [`--add-gnu-debuglink=${debugFile}`, path]);
}
