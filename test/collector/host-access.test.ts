// What the privileged side opens for others, and what it refuses. Needs root (map_files, other users' files).
import {
  closeSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Opened } from '../../src/collector/host-access.ts';
import { openDebugFile, openMappedFile, openPerfMap } from '../../src/collector/host-access.ts';
import { parseExecutableMappings } from '../../src/collector/proc.ts';

const REFUSED = { ok: false, reason: 'no-permission' };
const ABSENT = { ok: false, reason: 'no-file' };

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pilotlight-host-access-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function contentOf(opened: Opened): string {
  if (!opened.ok) throw new Error(opened.reason);
  const text = readFileSync(opened.fd, 'latin1');
  closeSync(opened.fd);
  return text;
}

describe('openMappedFile', () => {
  const maps = () => readFileSync('/proc/self/maps', 'utf8');
  const program = () => parseExecutableMappings(maps()).find(({ path }) => path === process.execPath)!;

  it('opens the file behind an executable mapping', () => {
    const { start, end } = program();
    expect(contentOf(openMappedFile(process.pid, start, end)).slice(0, 4)).toBe('\x7fELF');
  });

  it('refuses a mapping of the same file that is not executable', () => {
    const line = maps().split('\n').find((each) => each.endsWith(process.execPath) && !each.includes('x'))!; // prettier-ignore
    const [start, end] = line
      .split(' ', 1)[0]!
      .split('-')
      .map((hex) => BigInt(`0x${hex}`));
    expect(openMappedFile(process.pid, start!, end!)).toEqual(ABSENT);
  });

  it('refuses a range that is more than one mapping, memory without a file, and what is no mapping', () => {
    const { start, end } = program();
    expect(openMappedFile(process.pid, start, end + 1n)).toEqual(ABSENT);
    expect(openMappedFile(process.pid, 0n, 2n ** 64n - 1n)).toEqual(ABSENT);
    expect(openMappedFile(process.pid, 0x1000n, 0x2000n)).toEqual(ABSENT);
    const vdso = parseExecutableMappings(maps()).find(({ path }) => path === '[vdso]')!;
    expect(openMappedFile(process.pid, vdso.start, vdso.end)).toEqual(ABSENT);
  });

  it('opens nothing of a process that is not there', () => {
    expect(openMappedFile(2 ** 30, 0n, 1n)).toEqual(ABSENT);
  });
});

describe('openDebugFile', () => {
  const file = (name: string, text: string, mode = 0o644): string => {
    const path = join(folder, name);
    writeFileSync(path, text, { mode });
    return path;
  };

  it('opens a file of debug information that everybody may read', () => {
    const path = file('prog.debug', 'debug information');
    expect(contentOf(openDebugFile(null, path))).toBe('debug information');
    expect(contentOf(openDebugFile(process.pid, path))).toBe('debug information');
  });

  it('opens nothing by another name, whatever folders the path goes through', () => {
    for (const path of ['/etc/shadow', '/usr/lib/debug/../../../etc/shadow', `${folder}/.debug/../secret`]) {
      expect(openDebugFile(null, path)).not.toMatchObject({ ok: true });
    }
  });

  it('does not follow a link to what is no debug file', () => {
    symlinkSync('/etc/passwd', join(folder, 'prog.debug'));
    expect(openDebugFile(null, join(folder, 'prog.debug'))).toEqual(REFUSED);
    mkdirSync(join(folder, '.debug'));
    symlinkSync('/etc/passwd', join(folder, '.debug/prog'));
    expect(openDebugFile(process.pid, join(folder, '.debug/prog'))).toEqual(REFUSED);
  });

  it('follows a link to a debug file, as those of build ids are', () => {
    file('real.debug', 'by build id');
    symlinkSync('real.debug', join(folder, 'link.debug'));
    expect(contentOf(openDebugFile(null, join(folder, 'link.debug')))).toBe('by build id');
  });

  it('refuses one that not everybody may read', () => {
    expect(openDebugFile(null, file('own.debug', 'secret', 0o640))).toEqual(REFUSED);
  });
});

describe('openPerfMap', () => {
  const map = `/tmp/perf-${process.pid}.map`;
  afterEach(() => rmSync(map, { force: true }));

  it('opens the map of a process', () => {
    writeFileSync(map, '1000 10 made');
    expect(contentOf(openPerfMap(process.pid))).toBe('1000 10 made');
  });

  it('refuses a link that somebody has put in its place', () => {
    symlinkSync('/etc/shadow', map);
    expect(openPerfMap(process.pid)).not.toMatchObject({ ok: true });
    rmSync(map);
    const secret = join(folder, 'secret');
    writeFileSync(secret, 'root:');
    linkSync(secret, map);
    expect(openPerfMap(process.pid)).toEqual(REFUSED);
  });
});
