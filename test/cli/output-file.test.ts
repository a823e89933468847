import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CommandFailure } from '../../src/cli/failure.ts';
import { OutputFile } from '../../src/cli/output-file.ts';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'pilotlight-output-'))));
afterEach(() => rmSync(folder, { recursive: true }));

const bytes = (text: string) => Buffer.from(text);

describe('OutputFile', () => {
  it('is there once it is complete', () => {
    const path = join(folder, 'cpu.pb.gz');
    const file = OutputFile.open(path);
    file.write(bytes('half '));
    expect(readdirSync(folder)).toEqual([`cpu.pb.gz.part-${process.pid}`]);
    file.write(bytes('whole'));
    file.commit();
    file.discard();
    expect(readdirSync(folder)).toEqual(['cpu.pb.gz']);
    expect(readFileSync(path, 'utf8')).toBe('half whole');
    expect(file.bytes).toBe(10);
  });

  it('leaves what was there when it is given up', () => {
    const path = join(folder, 'cpu.pb.gz');
    writeFileSync(path, 'the last one');
    const file = OutputFile.open(path);
    file.write(bytes('half'));
    file.discard();
    expect(readdirSync(folder)).toEqual(['cpu.pb.gz']);
    expect(readFileSync(path, 'utf8')).toBe('the last one');
  });

  it('is written through a link and keeps who may read it', () => {
    const target = join(folder, 'target');
    writeFileSync(target, 'old', { mode: 0o600 });
    symlinkSync(target, join(folder, 'link'));
    const file = OutputFile.open(join(folder, 'link'));
    file.write(bytes('new'));
    file.commit();
    expect(readFileSync(target, 'utf8')).toBe('new');
    expect(statSync(target).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder).sort()).toEqual(['link', 'target']);
  });

  it('goes straight to what cannot be replaced', () => {
    const file = OutputFile.open('/dev/null');
    file.write(bytes('gone'));
    file.commit();
    expect(statSync('/dev/null').isCharacterDevice()).toBe(true);
  });

  it.each(['no/such/folder/cpu', 'folder'])('says at once that %s cannot be written', (name) => {
    mkdirSync(join(folder, 'folder'));
    expect(() => OutputFile.open(join(folder, name))).toThrow(CommandFailure);
    expect(() => OutputFile.open(join(folder, name))).toThrow(/^cannot write .*: E(NOENT|ISDIR)$/);
    expect(readdirSync(folder)).toEqual(['folder']);
  });

  it('leaves nothing when the process ends before it is complete', () => {
    const file = OutputFile.open(join(folder, 'cpu'));
    file.write(bytes('half'));
    const listeners = process.listeners('exit');
    (listeners.at(-1) as (code: number) => void)(1);
    expect(readdirSync(folder)).toEqual([]);
    expect(process.listenerCount('exit')).toBe(listeners.length - 1);
  });
});
