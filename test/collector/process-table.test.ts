// Who ran when, from side-band events in time order and looks at /proc.
import { beforeEach, describe, expect, it } from 'vitest';
import { ObjectRegistry } from '../../src/collector/object-registry.ts';
import type { TrackedProcess } from '../../src/collector/process-table.ts';
import { ProcessTable, startTicksOf } from '../../src/collector/process-table.ts';
import type { ProcMapping } from '../../src/collector/sampler-host.ts';
import type { SidebandEvent } from '../../src/collector/sideband.ts';
import { FakeSamplerHost, snapshotOf } from '../support/fake-sampler-host.ts';

const TICK_NS = 10_000_000n;
const NO_FILE = { device: '', inode: '', generation: '' };

let registry: ObjectRegistry;
let table: ProcessTable;
let nowNs: number;

beforeEach(() => {
  registry = new ObjectRegistry(new FakeSamplerHost(), () => ({ ok: false, reason: 'bad-format' }));
  table = new ProcessTable(registry, () => undefined);
  nowNs = 0;
});

const fork = (pid: number, parent: number): void =>
  table.apply({ type: 'fork', timeNs: ++nowNs, pid, parent });
const exit = (pid: number, timeNs = ++nowNs): void => table.apply({ type: 'exit', timeNs, pid });
const comm = (pid: number, name: string, more: { tid?: number; exec?: boolean } = {}): void =>
  table.apply({ type: 'comm', timeNs: ++nowNs, pid, tid: pid, comm: name, exec: false, ...more });
const exec = (pid: number, name: string): void => comm(pid, name, { exec: true });
const mmap = (pid: number, path: string, start: bigint, offset = 0): void => {
  const file = path.startsWith('/')
    ? { device: '08:01', inode: String(path.length), generation: '' }
    : NO_FILE;
  const event: SidebandEvent = {
    type: 'mmap', timeNs: ++nowNs, pid, start, end: start + 0x1000n, offset, path, file,
  }; // prettier-ignore
  table.apply(event);
};
/** By a sample taken when the process was `ticks` old since boot. */
const sampled = (pid: number, ticks = 100n): TrackedProcess | null => table.find(pid, ticks * TICK_NS);
const paths = (process: TrackedProcess | null): string[] =>
  process!.space.mappings.map(({ ref }) => ref.path);
const mappingOf = (path: string, start: bigint): ProcMapping => ({
  start, end: start + 0x1000n, offset: 0, device: '08:01', inode: '5', path,
}); // prettier-ignore

describe('ProcessTable', () => {
  it('gives a fork child its parent’s name, program, cgroup and mappings', () => {
    const mappings = [mappingOf('/bin/sh', 0x1000n)];
    table.addSnapshot(snapshotOf(10, { comm: 'sh', exe: '/bin/sh', cgroup: '/a.service', mappings }));
    fork(11, 10);
    const child = sampled(11)!;
    expect(child.image).toMatchObject({ comm: 'sh', exe: '/bin/sh', cgroup: '/a.service', number: 0 });
    expect(paths(child)).toEqual(['/bin/sh']);
  });

  it('keeps a child’s mappings apart from its parent’s after the fork', () => {
    table.addSnapshot(snapshotOf(10));
    fork(11, 10);
    mmap(11, '/lib/child.so', 0x2000n);
    mmap(10, '/lib/parent.so', 0x2000n);
    expect(paths(sampled(11, 100n))).toEqual(['/lib/child.so']);
    expect(paths(sampled(10, 100n))).toEqual(['/lib/parent.so']);
  });

  it('takes the mappings away at an exec, and the first file mapped then for the program', () => {
    table.addSnapshot(
      snapshotOf(10, { comm: 'sh', exe: '/bin/sh', mappings: [mappingOf('/bin/sh', 0x1000n)] }),
    );
    exec(10, 'ls');
    expect(paths(sampled(10))).toEqual([]);
    mmap(10, '[vdso]', 0x9000n);
    mmap(10, '/bin/ls', 0x1000n);
    mmap(10, '/lib/libc.so', 0x4000n);
    expect(sampled(10)!.image).toMatchObject({ comm: 'ls', exe: '/bin/ls', number: 1 });
    expect(paths(sampled(10))).toEqual(['/bin/ls', '/lib/libc.so', '[vdso]']);
  });

  it('makes another image of each exec, and leaves the old one as it was', () => {
    fork(10, 1);
    exec(10, 'sh');
    const shell = sampled(10)!.image;
    exec(10, 'ls');
    const list = sampled(10)!.image;
    comm(10, 'ls-renamed');
    expect([shell.comm, list.comm, list.name]).toEqual(['sh', 'ls-renamed', 'ls']);
    expect(list).not.toBe(shell);
    expect(list.process).toBe(shell.process);
  });

  it('does not take a thread’s name for its process’s', () => {
    fork(10, 1);
    exec(10, 'server');
    comm(10, 'worker-1', { tid: 12 });
    expect(sampled(10)!.image.comm).toBe('server');
    expect(sampled(12)).toBeNull();
  });

  it('learns the start time of a forked process from its first sample', () => {
    fork(10, 1);
    expect(table.find(10, 123n * TICK_NS + 9_999_999n)!.startTicks).toBe(123);
    expect(sampled(10, 123n)).not.toBeNull();
    expect(sampled(10, 124n)).toBeNull();
  });

  it('tells a reused pid by the start time when the fork record was lost', () => {
    table.addSnapshot(snapshotOf(10, { startTicks: 100, comm: 'old' }));
    expect(sampled(10, 900n)).toBeNull();
    const unknown = table.addUnknown(10, 900n * TICK_NS, 'new');
    expect(sampled(10, 900n)).toBe(unknown);
    expect(sampled(10, 100n)).toBeNull();
  });

  it('replaces a process by what /proc says of another with its pid', () => {
    const old = table.addSnapshot(snapshotOf(10, { startTicks: 100, comm: 'old' }));
    const young = table.addSnapshot(snapshotOf(10, { startTicks: 500, comm: 'young' }));
    expect(young).not.toBe(old);
    expect([sampled(10, 500n)!.image.comm, sampled(10, 100n)]).toEqual(['young', null]);
  });

  it('fills in from /proc what the side band did not tell, and takes nothing back', () => {
    mmap(10, '/bin/app', 0x1000n);
    const process = table.addSnapshot(
      snapshotOf(10, {
        comm: 'app',
        exe: '/bin/app',
        cgroup: '/x',
        mappings: [mappingOf('/lib/b.so', 0x5000n)],
      }),
    );
    expect(process.image).toMatchObject({ comm: 'app', exe: '/bin/app', cgroup: '/x' });
    expect(paths(process)).toEqual(['/bin/app', '/lib/b.so']);
    exec(10, 'next');
    mmap(10, '/bin/next', 0x1000n);
    table.addSnapshot(snapshotOf(10, { comm: 'stale', exe: '/bin/stale', cgroup: '/y' }));
    expect(process.image).toMatchObject({ comm: 'next', exe: '/bin/next', cgroup: '/x' });
  });

  it('names an unknown process’s image after the sampled thread, and itself as /proc does', () => {
    const process = table.addUnknown(10, 100n * TICK_NS, 'worker-3');
    expect(process.image).toMatchObject({ name: 'worker-3', comm: '' });
    expect(table.addSnapshot(snapshotOf(10, { comm: 'server' }))).toBe(process);
    expect(process.image).toMatchObject({ name: 'worker-3', comm: 'server' });
  });

  it('still knows a process for a while after its exit', () => {
    fork(10, 1);
    exec(10, 'short');
    exit(10, 1e9);
    expect(sampled(10)).toMatchObject({ exitedAtNs: 1e9 });
    fork(20, 1);
    exit(20, 31e9); // 30 s later: not yet
    expect(sampled(10)).not.toBeNull();
    fork(21, 1);
    exit(21, 31e9 + 1);
    expect(sampled(10)).toBeNull();
    expect(table.size).toBe(2);
  });

  it('does not forget the new holder of a pid with the old one', () => {
    fork(10, 1);
    exit(10, 1e9);
    fork(10, 1);
    exec(10, 'second');
    fork(20, 1);
    exit(20, 60e9);
    expect(sampled(10)!.image.comm).toBe('second');
  });

  it('passes over the exit of a process that it never knew', () => {
    exit(99);
    expect(table.size).toBe(0);
  });

  it('counts the records that the kernel had no room for', () => {
    table.apply({ type: 'lost', timeNs: 1, count: 4 });
    table.apply({ type: 'lost', timeNs: 2, count: 3 });
    expect(table.lostRecords).toBe(7);
  });

  it('tells the start in clock ticks as /proc does', () => {
    expect([0n, 9_999_999n, 10_000_000n, 12_345_678_901_234n].map(startTicksOf)).toEqual([
      0, 0, 1, 1_234_567,
    ]);
  });

  describe('follow', () => {
    it('follows a running process, and what it forks from then on', () => {
      fork(10, 1);
      fork(11, 10);
      table.follow(10);
      fork(12, 10);
      fork(13, 12);
      expect([10, 11, 12, 13].map((pid) => sampled(pid)!.followed)).toEqual([true, false, true, true]);
    });

    it('follows a process whose fork record is still under way', () => {
      table.follow(10);
      fork(10, 1);
      fork(11, 10);
      expect([sampled(10)!.followed, sampled(11)!.followed]).toEqual([true, true]);
    });

    it('waits for the next holder of a pid whose last one has exited', () => {
      fork(10, 1);
      exit(10);
      table.follow(10);
      expect(sampled(10)!.followed).toBe(false);
      fork(10, 1);
      expect(sampled(10)!.followed).toBe(true);
      fork(10, 1);
      expect(sampled(10)!.followed).toBe(false);
    });

    it('goes on following through an exec', () => {
      table.follow(10);
      fork(10, 1);
      exec(10, 'ls');
      expect(sampled(10)!.followed).toBe(true);
    });
  });

  describe('mappings', () => {
    const kindOf = (path: string): [string, number] => {
      mmap(10, path, 0x7000n, 0x3000);
      const { ref, offset } = table.find(10, 0n)!.space.find(0x7000n)!;
      return [ref.kind, offset];
    };

    it.each(['/usr/lib/libc.so.6', '/tmp/gone (deleted)', '/memfd', '/home/x/SYSV'])(
      'takes %s for a file, at its offset',
      (path) => expect(kindOf(path)).toEqual(['file', 0x3000]),
    );

    it.each(['//anon', '', '[heap]', '[anon:v8]', '/memfd:code (deleted)', '/dev/zero (deleted)', '/SYSV00000000 (deleted)', '/anon_hugepage (deleted)'])(
      'takes %j for code made at run time, at absolute addresses',
      (path) => expect(kindOf(path)).toEqual(['jit', 0x7000]),
    ); // prettier-ignore

    it('counts the vDSO’s addresses from its own start', () => {
      expect(kindOf('[vdso]')).toEqual(['vdso', 0]);
    });

    it('shares a file’s object between processes, and no generated code', () => {
      fork(10, 1);
      fork(11, 1);
      for (const pid of [10, 11]) {
        mmap(pid, '/lib/libc.so', 0x1000n);
        mmap(pid, '//anon', 0x2000n);
      }
      const refs = [10, 11].map((pid) =>
        table.find(pid, BigInt(pid) * TICK_NS)!.space.mappings.map((m) => m.ref),
      );
      expect(refs[0]![0]).toBe(refs[1]![0]);
      expect(refs[0]![1]).not.toBe(refs[1]![1]);
    });

    it('keeps the identity of generated code when the start time comes to be known', () => {
      fork(10, 1);
      mmap(10, '//anon', 0x2000n);
      sampled(10);
      mmap(10, '//anon', 0x3000n);
      const [first, second] = sampled(10)!.space.mappings;
      expect(first!.ref).toBe(second!.ref);
    });

    it('opens a jitdump for the code that it tells of, and takes it for no code itself', () => {
      const host = new FakeSamplerHost();
      const code: string[] = [];
      registry = new ObjectRegistry(host, () => ({ ok: false, reason: 'bad-format' }));
      table = new ProcessTable(registry, (key) => code.push(key));
      mmap(10, '/tmp/jit-10.dump', 0x5000n);
      mmap(10, '/tmp/jit-10.so', 0x6000n);
      expect(host.calls).toEqual(['openObject 10 5000']);
      expect(code).toHaveLength(1);
    });

    it('takes generated code for another object when other code has come to stand at its addresses', () => {
      fork(10, 1);
      mmap(10, '/lib/libc.so', 0x1000n);
      mmap(10, '//anon', 0x2000n);
      mmap(10, '//anon', 0x3000n);
      fork(11, 10);
      const { space } = sampled(10)!;
      const [libc, before] = space.mappings.map(({ ref }) => ref);
      const { generation } = space;
      table.renewJit(before!.object!.id, 100_000);
      const refs = space.mappings.map(({ ref }) => ref);
      expect(refs[0]).toBe(libc);
      expect(refs[1]).not.toBe(before);
      expect(refs[2]).toBe(refs[1]);
      expect(space.generation).toBeGreaterThan(generation); // stacks that were attributed are attributed again
      mmap(10, '//anon', 0x4000n);
      expect(space.mappings.at(-1)!.ref).toBe(refs[1]);
      // What a child has of its parent stays as it was.
      expect(sampled(11)!.space.mappings[1]!.ref).toBe(before);
    });

    it('does so at most once a minute, and not for what is no process’s code any more', () => {
      mmap(10, '//anon', 0x2000n);
      const now = () => sampled(10)!.space.mappings[0]!.ref;
      const first = now();
      table.renewJit(first.object!.id, 100_000);
      const second = now();
      table.renewJit(first.object!.id, 200_000); // told again of what has been renewed
      expect(now()).toBe(second);
      table.renewJit(second.object!.id, 159_000);
      expect(now()).toBe(second);
      table.renewJit(second.object!.id, 160_000);
      const third = now();
      expect(third).not.toBe(second);
      exec(10, 'sh');
      mmap(10, '//anon', 0x2000n);
      const image = now();
      table.renewJit(third.object!.id, 300_000);
      expect(now()).toBe(image);
    });

    it('tells the generated code of a process’s images apart', () => {
      table.addSnapshot(snapshotOf(10));
      mmap(10, '//anon', 0x2000n);
      const before = sampled(10)!.space.mappings[0]!.ref;
      exec(10, 'node');
      mmap(10, '//anon', 0x2000n);
      expect(sampled(10)!.space.mappings[0]!.ref.object!.id).not.toBe(before.object!.id);
    });
  });
});
