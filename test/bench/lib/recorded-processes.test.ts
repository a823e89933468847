import { describe, expect, it } from 'vitest';
import {
  findMapping,
  hasFile,
  RecordedProcesses,
  withMapping,
} from '../../../bench/lib/recorded-processes.ts';

const FILE = { device: '', inode: '', generation: '' };
const mmap = (pid: number, start: bigint, end: bigint, path = '/bin/a') =>
  ({ type: 'mmap', timeNs: 0, pid, start, end, offset: 0, path, file: FILE }) as const;

describe('RecordedProcesses', () => {
  it("gives a child its parent's mappings until it execs", () => {
    const processes = new RecordedProcesses();
    processes.apply(mmap(1, 0x1000n, 0x2000n));
    processes.apply({ type: 'fork', timeNs: 1, pid: 2, parent: 1 });
    expect(processes.spaceOf(2)).toBe(processes.spaceOf(1));
    processes.apply({ type: 'comm', timeNs: 2, pid: 2, tid: 2, comm: 'new', exec: true });
    expect(processes.spaceOf(2).mappings).toEqual([]);
    expect(processes.nameOf(2)).toBe('new');
    expect(processes.spaceOf(1).mappings).toHaveLength(1);
  });

  it('keeps what a later mapping leaves of an earlier one', () => {
    const whole = { start: 0x1000n, end: 0x5000n, offset: 0n, path: '/bin/a' };
    const inside = { start: 0x2000n, end: 0x3000n, offset: 0n, path: '//anon' };
    const space = withMapping(withMapping({ mappings: [] }, whole), inside);
    expect(space.mappings.map(({ start, end, offset }) => [start, end, offset])).toEqual([
      [0x1000n, 0x2000n, 0n],
      [0x2000n, 0x3000n, 0n],
      [0x3000n, 0x5000n, 0x2000n],
    ]);
    expect(findMapping(space, 0x2fffn)?.path).toBe('//anon');
    expect(findMapping(space, 0x5000n)).toBeUndefined();
  });

  it('tells files from code that has none', () => {
    const of = (path: string) => hasFile({ start: 0n, end: 1n, offset: 0n, path });
    expect(['/bin/a', '//anon', '[vdso]', '/memfd:x (deleted)', '/dev/zero'].map(of)).toEqual([
      true,
      false,
      false,
      false,
      false,
    ]);
  });
});
