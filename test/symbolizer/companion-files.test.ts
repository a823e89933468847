import { closeSync, copyFileSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { FdSource } from '../../src/binary/byte-source.ts';
import { ElfFile } from '../../src/binary/elf/elf-file.ts';
import { CompanionFiles } from '../../src/symbolizer/companion-files.ts';
import { CompanionsWanted } from '../../src/symbolizer/companions-wanted.ts';
import type { CompanionRequest } from '../../src/symbolizer/debug-files/companion-request.ts';
import type { CompanionCandidate } from '../../src/symbolizer/protocol.ts';
import { FixtureFolder, withFd } from '../support/symbolizer-fixtures.ts';

const folder = new FixtureFolder();
const fds: number[] = [];
let right: string;
let other: string;
let request: CompanionRequest;

beforeAll(() => {
  const flags = ['-g', '-Wl,--build-id'];
  right = folder.gcc('right', 'int main(void) { return 0; }', flags);
  other = folder.gcc('other', 'int main(void) { return 1; }', flags);
  const buildId = withFd(right, (fd) => new ElfFile(new FdSource(fd)).buildId());
  request = { kind: 'debug-file', paths: [other, right], proof: { buildId, crc32: null } };
});
afterEach(() => fds.splice(0).forEach(closeSync));
afterAll(() => folder.remove());

function candidate(path: string, stamp = 'one'): CompanionCandidate {
  const fd = openSync(path, 'r');
  fds.push(fd);
  return { path, fd, stamp };
}

describe('companions that were lent', () => {
  it('are wanted while nobody has said whether there are any', () => {
    const files = new CompanionFiles();
    expect(() => files.open(request)).toThrow(CompanionsWanted);
    try {
      files.open(request);
    } catch (error) {
      expect((error as CompanionsWanted).request).toBe(request);
    }
  });

  it('are the first candidate that is the right one', () => {
    const files = new CompanionFiles();
    files.lend([{ request, candidates: [candidate(other), candidate(right)] }]);
    expect(files.open(request)?.path).toBe(right);
  });

  it('are none where no candidate fits, also in the next job', () => {
    const files = new CompanionFiles();
    files.lend([{ request, candidates: [candidate(other)] }]);
    expect(files.open(request)).toBeNull();
    files.takeBack();
    expect(files.lend([])).toBe(true);
    expect(files.open(request)).toBeNull();
  });

  it('stay readable in the next job through its own descriptor', () => {
    const files = new CompanionFiles();
    files.lend([{ request, candidates: [candidate(right)] }]);
    const { source } = files.open(request)!;
    const bytes = new Uint8Array(4);
    files.takeBack();
    expect(() => source.readInto(bytes, 0, 'header')).toThrow('nobody has lent');
    expect(files.lend([{ request, candidates: [candidate(right)] }])).toBe(true);
    source.readInto(bytes, 0, 'header');
    expect([...bytes]).toEqual([0x7f, 0x45, 0x4c, 0x46]);
  });

  it('are told to be others by now where the file was changed, is elsewhere, or is gone', () => {
    const lentAgain = (again: () => CompanionCandidate[]): boolean => {
      const files = new CompanionFiles();
      files.lend([{ request, candidates: [candidate(right)] }]);
      files.open(request);
      return files.lend([{ request, candidates: again() }]);
    };
    const moved = join(folder.path, 'moved');
    copyFileSync(right, moved);
    expect(lentAgain(() => [candidate(right, 'two')])).toBe(false);
    expect(lentAgain(() => [candidate(moved)])).toBe(false);
    expect(lentAgain(() => [])).toBe(false);
    expect(lentAgain(() => [candidate(other), candidate(right)])).toBe(true);
  });
});
