import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readAccessFile } from '../../../src/server/access/secret-file.ts';
import { WatchedFiles } from '../../../src/server/access/watched-files.ts';

let folder: string;
let path: string;
let told: string[];
let handed: string[];
let watched: WatchedFiles<string>;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pilotlight-watched-'));
  path = join(folder, 'file');
  write('one');
  [told, handed] = [[], []];
  watched = new WatchedFiles({
    paths: [path],
    load: () => {
      const { text } = readAccessFile(path, { secret: false });
      if (text === 'broken') throw new Error('it is broken');
      return text;
    },
    changed: (value) => handed.push(value),
    tell: (line) => told.push(line),
  });
});
afterEach(() => {
  watched.close();
  rmSync(folder, { recursive: true });
});

/** As tools replace files: beside, then renamed. */
function write(text: string): void {
  writeFileSync(`${path}.new`, text);
  renameSync(`${path}.new`, path);
}

/** What two turns of its timer do. */
function lookTwice(): void {
  watched.look();
  watched.look();
}

describe('watched files', () => {
  it('are read again when they change, and handed on', () => {
    write('two');
    lookTwice();
    expect(watched.value).toBe('two');
    expect(handed).toEqual(['two']);
    expect(told).toEqual([`${path}: read again`]);
  });

  it('are left alone while they stay the same', () => {
    lookTwice();
    lookTwice();
    expect([told, handed]).toEqual([[], []]);
  });

  it('are read when they have come to rest', () => {
    write('half');
    watched.look();
    expect(watched.value).toBe('one');
    write('whole');
    watched.look();
    watched.look();
    expect(handed).toEqual(['whole']);
  });

  it('keep what was read before where they are broken or gone, and say so once', () => {
    write('broken');
    lookTwice();
    lookTwice();
    expect(watched.value).toBe('one');
    expect(told).toEqual(['it is broken; what was read before stays in force']);
    rmSync(path);
    lookTwice();
    lookTwice();
    expect(watched.value).toBe('one');
    expect(told).toHaveLength(2);
    expect(told[1]).toMatch(
      /^cannot read .*: there is no such file \(ENOENT\); what was read before stays in force$/,
    );
    write('three');
    lookTwice();
    expect(watched.value).toBe('three');
  });

  it('must be right at the start', () => {
    write('broken');
    const options = {
      paths: [path],
      load: () => readAccessFile(`${path}.none`, { secret: false }),
      tell: () => undefined,
    };
    expect(() => new WatchedFiles(options)).toThrow(/ENOENT/);
  });
});
