import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MemorySource } from '../../../src/binary/byte-source.ts';
import { ElfFile } from '../../../src/binary/elf/elf-file.ts';
import { isBuildId } from '../../../src/symbolizer/debug-files/companion-request.ts';
import {
  debugFileOf,
  packageOf,
  splitUnitOf,
  supplementOf,
} from '../../../src/symbolizer/debug-files/companions.ts';
import { writePackedElf } from '../../support/packed-elf-writer.ts';
import { fileBytes, FixtureFolder, run } from '../../support/symbolizer-fixtures.ts';

const folder = new FixtureFolder();
const PROGRAM = 'int main(void) { return 0; }';
/** Where the program seems to have been found. */
const PLACE = '/opt/app/bin/program';
let stripped: ElfFile;
let buildId: string;

beforeAll(() => {
  const program = folder.gcc('program', PROGRAM, ['-g', '-Wl,--build-id']);
  run('objcopy', ['--only-keep-debug', program, join(folder.path, 'program.debug')]);
  const out = join(folder.path, 'stripped');
  const link = `--add-gnu-debuglink=${join(folder.path, 'program.debug')}`;
  run('objcopy', ['--strip-all', link, program, out]);
  stripped = elfAt(out);
  buildId = stripped.buildId();
});
afterAll(() => folder.remove());

function elfAt(path: string): ElfFile {
  return new ElfFile(new MemorySource(fileBytes(path)));
}

/** A file with one section of these bytes. */
function elfWith(name: string, content: Uint8Array): ElfFile {
  const section = { name, type: 'plain', packed: content, size: content.length } as const;
  return new ElfFile(new MemorySource(writePackedElf([section])));
}

function debugLink(name: string): ElfFile {
  const text = Buffer.from(`${name}\0`);
  const padding = Buffer.alloc(-text.length & 3);
  return elfWith('.gnu_debuglink', Buffer.concat([text, padding, Buffer.from([1, 2, 3, 4])]));
}

function altLink(path: string, id = 'ab'.repeat(20)): ElfFile {
  return elfWith('.gnu_debugaltlink', Buffer.concat([Buffer.from(`${path}\0`), Buffer.from(id, 'hex')]));
}

describe('the separate debug file', () => {
  it('is looked for by build id, then beside the object, in .debug/, and below /usr/lib/debug', () => {
    const request = debugFileOf(stripped, PLACE)!;
    expect(request.kind).toBe('debug-file');
    expect(request.paths).toEqual([
      `/usr/lib/debug/.build-id/${buildId.slice(0, 2)}/${buildId.slice(2)}.debug`,
      '/opt/app/bin/program.debug',
      '/opt/app/bin/.debug/program.debug',
      '/usr/lib/debug/opt/app/bin/program.debug',
    ]);
    expect(request.proof.buildId).toBe(buildId);
    expect(request.proof.crc32).not.toBeNull();
  });

  it('is looked for by build id alone where it is not known where the object was', () => {
    expect(debugFileOf(stripped, '')!.paths.length).toBe(1);
    expect(debugFileOf(debugLink('x.debug'), '')).toBeNull();
  });

  it('is looked for by the name of an object without a debug link that has a build id to prove it', () => {
    const unlinked = join(folder.path, 'unlinked');
    run('objcopy', ['--remove-section=.gnu_debuglink', join(folder.path, 'stripped'), unlinked]);
    expect(debugFileOf(elfAt(unlinked), PLACE)!.paths).toEqual(debugFileOf(stripped, PLACE)!.paths);
    expect(debugFileOf(elfAt(unlinked), PLACE)!.proof).toEqual({ buildId, crc32: null });
    run('objcopy', ['--remove-section=.note.gnu.build-id', unlinked]);
    expect(debugFileOf(elfAt(unlinked), PLACE)).toBeNull();
  });

  it('is not looked for where the object has DWARF, and nowhere where nothing leads to one', () => {
    expect(debugFileOf(elfAt(join(folder.path, 'program')), PLACE)).toBeNull();
    const bare = folder.gcc('bare', PROGRAM, ['-s', '-Wl,--build-id=none']);
    expect(debugFileOf(elfAt(bare), PLACE)).toBeNull();
  });

  it.each(['../../../etc/shadow', '/etc/shadow', 'a/b', '.', '..', '', 'x'.repeat(256)])(
    'is not sought under the name %j, which is no file name',
    (name) => {
      expect(debugFileOf(debugLink(name), PLACE)).toBeNull();
    },
  );

  it('is not the object itself', () => {
    const paths = debugFileOf(debugLink('program'), PLACE)!.paths;
    expect(paths).not.toContain(PLACE);
    expect(paths).toContain('/opt/app/bin/.debug/program');
  });
});

describe('the supplementary file of dwz', () => {
  it('is looked for where the link says and by its build id, which proves it', () => {
    const request = supplementOf(altLink('/usr/lib/debug/.dwz/x86_64-linux-gnu/app.debug'), PLACE)!;
    expect(request).toEqual({
      kind: 'supplement',
      paths: [
        '/usr/lib/debug/.dwz/x86_64-linux-gnu/app.debug',
        `/usr/lib/debug/.build-id/ab/${'ab'.repeat(19)}.debug`,
      ],
      proof: { buildId: 'ab'.repeat(20), crc32: null },
    });
  });

  it('is found beside the file that links to it, and never above the root', () => {
    const from = '/usr/lib/debug/.build-id/ab/cdef.debug';
    expect(supplementOf(altLink('../../.dwz/app.debug'), from)!.paths[0]).toBe(
      '/usr/lib/debug/.dwz/app.debug',
    );
    const above = `${'../'.repeat(40)}etc/shadow`;
    expect(supplementOf(altLink(above), from)!.paths[0]).toBe('/etc/shadow');
    expect(supplementOf(altLink('relative.debug'), '')!.paths.length).toBe(1);
  });

  it('is none without a build id to know it by, and for names that are not text', () => {
    expect(supplementOf(altLink('/x.debug', ''), PLACE)).toBeNull();
    expect(
      supplementOf(elfWith('.gnu_debugaltlink', Uint8Array.of(0xff, 0xfe, 0, 1, 2, 3, 4, 5, 6, 7, 8)), PLACE),
    ).toBeNull();
    expect(supplementOf(stripped, PLACE)).toBeNull();
  });

  it('is the one that dwz links to', () => {
    const [one, two] = ['one', 'two'].map((name) =>
      folder.gcc(name, `#include <stdio.h>\n#include <stdlib.h>\n${PROGRAM}`, ['-g', '-Wl,--build-id']),
    ) as [string, string];
    const common = join(folder.path, 'common.debug');
    run('dwz', ['-m', common, '-M', '/usr/lib/debug/.dwz/common.debug', one, two]);
    const request = supplementOf(elfAt(one), PLACE)!;
    expect(request.paths[0]).toBe('/usr/lib/debug/.dwz/common.debug');
    expect(request.proof.buildId).toBe(elfAt(common).buildId());
  });
});

describe('split units', () => {
  it('are looked for as one package beside the file that refers to them', () => {
    const path = folder.gcc('split', PROGRAM, ['-g', '-gsplit-dwarf', '-gdwarf-5']);
    expect(packageOf(elfAt(path), '/opt/app/bin/split')!.paths).toEqual(['/opt/app/bin/split.dwp']);
    expect(packageOf(elfAt(path), '/usr/lib/debug/app.debug')!.paths).toEqual([
      '/usr/lib/debug/app.debug.dwp',
      '/usr/lib/debug/app.dwp',
    ]);
    expect(packageOf(stripped, PLACE)).toBeNull();
  });

  it('are looked for where they were compiled, and beside the program', () => {
    expect(splitUnitOf('obj/a.dwo', '/src/app', PLACE)!.paths).toEqual([
      '/src/app/obj/a.dwo',
      '/opt/app/bin/a.dwo',
    ]);
    expect(splitUnitOf('/abs/a.dwo', '/src', PLACE)!.paths).toEqual(['/abs/a.dwo', '/opt/app/bin/a.dwo']);
    expect(splitUnitOf('a.dwo', '', PLACE)!.paths).toEqual(['/opt/app/bin/a.dwo']);
  });

  it.each(['/etc/shadow', '../../etc/shadow', '/dev/sda', 'a.dwo/../../etc/passwd', '', 'a.c'])(
    'make nothing be opened under the name %j',
    (name) => {
      expect(splitUnitOf(name, '/src', PLACE)).toBeNull();
    },
  );
});

it('a build id is lower-case hex of 8 to 64 bytes', () => {
  expect(isBuildId('0123456789abcdef')).toBe(true);
  expect(isBuildId('ab'.repeat(20))).toBe(true);
  for (const wrong of [
    '',
    'ab',
    'AB'.repeat(20),
    'ab/cd'.repeat(8),
    `${'ab'.repeat(20)}\n`,
    'ab'.repeat(65),
  ]) {
    expect(isBuildId(wrong)).toBe(false);
  }
});
