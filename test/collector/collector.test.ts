// The collector as a whole: bytes of logs and side bands in, batches and accounts out.
import { describe, expect, it, vi } from 'vitest';
import { SamplerUnavailable } from '../../src/collector/sampler-client.ts';
import { BatchReader, CollectorScene, MS } from '../support/collector-scene.ts';
import { snapshotOf } from '../support/fake-sampler-host.ts';
import { LOG_FLAG } from '../support/log-writer.ts';
import {
  bpfRecord,
  commRecord,
  exitRecord,
  forkRecord,
  ksymbolRecord,
  lostRecord,
  mmap2Record,
} from '../support/sideband-writer.ts';

/** A process that started at clock tick 100. */
const STARTED = { startNs: 1_000_000_000n };
const tick = (atMs: number, pid = 7, more = {}) => ({
  atMs,
  pid,
  comm: 'main',
  ...STARTED,
  user: [],
  ...more,
});
const exec = (atMs: number, pid: number, comm: string): Buffer =>
  commRecord({ timeNs: atMs * MS, pid, comm, exec: true });
const fork = (atMs: number, pid: number, parent: number): Buffer =>
  forkRecord({ timeNs: atMs * MS, pid, parent });
const map = (atMs: number, pid: number, path: string, start: bigint, pageOffset = 0n): Buffer =>
  mmap2Record({
    timeNs: atMs * MS,
    pid,
    start,
    length: 0x1000n,
    pageOffset,
    path,
    inode: BigInt(path.length),
  });

async function taken(scene: CollectorScene, reader = new BatchReader()): Promise<string[]> {
  return reader.readTaken(await scene.collector.take());
}

describe('Collector', () => {
  it('attributes a sample to the process, the mappings and the code that it ran', async () => {
    const scene = await CollectorScene.started();
    scene.feed(
      100,
      scene.sideband(0, fork(1, 7, 1), exec(2, 7, 'app'), map(3, 7, '/bin/app', 0x5000n, 0x1000n)),
      scene.log(0, tick(10, 7, { user: [0x5010n, 0x5020n], comm: 'worker' })),
    );
    expect(await taken(scene)).toEqual(['app/worker: /bin/app+1010 < /bin/app+101f']);
  });

  it('holds samples back until every CPU has told what happened before them', async () => {
    const scene = await CollectorScene.started();
    scene.feed(99, scene.sideband(0, fork(1, 7, 1), exec(2, 7, 'old')));
    scene.feed(105, scene.log(0, tick(100)));
    expect(await scene.collector.take()).toBeNull();
    expect(scene.collector.progress(0)).toEqual({ consumed: 1, held: 1 });
    // Another CPU's record of an earlier time comes with a later drain.
    scene.feed(200, scene.sideband(1, exec(99, 7, 'new')));
    expect(await taken(scene)).toEqual(['new/main: [no user stack]']);
  });

  it('lets go of what is as old as the time to hold back, and no younger', async () => {
    const scene = await CollectorScene.started();
    scene.feed(110, scene.log(0, tick(99), tick(100), tick(100.001)));
    const reader = new BatchReader();
    expect(await taken(scene, reader)).toHaveLength(2);
    scene.feed(111);
    expect(await taken(scene, reader)).toHaveLength(1);
  });

  it('merges the CPUs’ records by time, not by CPU or by the order of reading', async () => {
    const scene = await CollectorScene.started();
    scene.feed(
      100,
      scene.log(3, tick(10), tick(30), tick(50)),
      scene.log(1, tick(20), tick(40)),
      scene.sideband(2, exec(45, 7, 'd'), exec(55, 7, 'e')),
      scene.sideband(0, fork(1, 7, 1), exec(5, 7, 'a'), exec(15, 7, 'b'), exec(35, 7, 'c')),
    );
    const batch = (await scene.collector.take())!.batch;
    expect(new BatchReader().read(batch).map((line) => line.slice(0, 1))).toEqual(['a', 'b', 'b', 'c', 'd']);
    expect([...batch.samples.cpu]).toEqual([3, 1, 3, 1, 3]);
  });

  it('gives each of two samples around an exec its own name, program and mappings', async () => {
    const scene = await CollectorScene.started();
    scene.feed(
      100,
      scene.log(0, tick(10, 7, { user: [0x5000n] }), tick(30, 7, { user: [0x5000n], stackHash: 1n })),
      scene.sideband(0, fork(1, 7, 1), exec(2, 7, 'sh'), map(3, 7, '/bin/sh', 0x5000n)),
      scene.sideband(1, exec(20, 7, 'ls'), map(21, 7, '/bin/ls', 0x5000n)),
    );
    const { batch } = (await scene.collector.take())!;
    expect(new BatchReader().read(batch)).toEqual(['sh/main: /bin/sh+0', 'ls/main: /bin/ls+0']);
    expect(batch.processes.map(({ exe, image }) => [exe, image])).toEqual([
      ['/bin/sh', 1],
      ['/bin/ls', 2],
    ]);
  });

  it('works a repeated stack out anew when the mappings have changed', async () => {
    const scene = await CollectorScene.started();
    const repeated = { pid: 7, comm: 'main', ...STARTED, stackHash: 5n, slot: 1 };
    scene.feed(
      100,
      scene.sideband(0, fork(1, 7, 1), exec(2, 7, 'sh'), map(3, 7, '/lib/a.so', 0x5000n), map(20, 7, '/lib/b.so', 0x5000n)),
      scene.log(0, { ...repeated, atMs: 10, user: [0x5008n] }, { ...repeated, atMs: 15 }, { ...repeated, atMs: 30 }),
    ); // prettier-ignore
    expect(await taken(scene)).toEqual([
      'sh/main: /lib/a.so+8',
      'sh/main: /lib/a.so+8',
      'sh/main: /lib/b.so+8',
    ]);
  });

  it('names the samples of processes that have exited, and tells a reused pid by its start', async () => {
    const scene = await CollectorScene.started();
    scene.feed(
      100,
      scene.sideband(
        0,
        fork(1, 7, 1), exec(2, 7, 'first'), exitRecord({ timeNs: 20 * MS, pid: 7, parent: 1 }),
        fork(30, 7, 1), exec(31, 7, 'second'),
      ), // prettier-ignore
      scene.log(0, tick(10), tick(21), tick(40, 7, { startNs: 1_030_000_000n })),
    );
    expect((await taken(scene)).map((line) => line.split('/')[0])).toEqual(['first', 'first', 'second']);
  });

  it('knows the processes that ran before it from /proc', async () => {
    const scene = new CollectorScene();
    const mapping = {
      start: 0x5000n,
      end: 0x6000n,
      offset: 0x2000,
      device: '08:01',
      inode: '5',
      path: '/bin/db',
    };
    scene.host.live.set(7, snapshotOf(7, { comm: 'db', mappings: [mapping] }));
    await scene.collector.start();
    scene.feed(100, scene.log(0, tick(10, 7, { user: [0x5010n] })));
    expect(await taken(scene)).toEqual(['db/main: /bin/db+2010']);
    expect(scene.host.calls).not.toContain('processInfo 7');
  });

  it('asks /proc for a process that nothing told of, and names it properly from then on', async () => {
    const scene = await CollectorScene.started();
    scene.host.live.set(7, snapshotOf(7, { comm: 'late', exe: '/bin/late' }));
    scene.feed(100, scene.log(0, tick(10, 7, { comm: 'thread-1' })));
    await Promise.resolve(); // the answer
    expect(scene.host.calls).toContain('processInfo 7');
    scene.feed(200, scene.log(0, tick(110, 7, { comm: 'thread-2' })));
    expect((await taken(scene)).map((line) => line.split(':')[0])).toEqual([
      'late/thread-1',
      'late/thread-2',
    ]);
    expect(scene.collector.walks.unknownProcess).toBe(1);
  });

  it('keeps samples of a process that even /proc knows nothing of', async () => {
    const scene = await CollectorScene.started();
    scene.host.faults.set('processInfo 7', new SamplerUnavailable('restarting'));
    scene.feed(100, scene.log(0, tick(10, 7, { comm: 'ghost' })));
    expect(await taken(scene)).toEqual(['ghost/ghost: [no user stack]']);
  });

  it('finds the frames of a BPF program loaded while it runs', async () => {
    const kernelAddress = 0xffff_ffff_c000_0000n;
    const scene = await CollectorScene.started();
    scene.feed(
      100,
      scene.sideband(
        0,
        ksymbolRecord({ timeNs: 5 * MS, address: kernelAddress, length: 64, name: 'bpf_prog_1_x' }),
      ),
      scene.log(0, tick(10, 0, { flags: LOG_FLAG.kthread, kernel: [kernelAddress + 4n] })),
    );
    expect(await taken(scene)).toEqual(['main/main: bpf_prog_1_x+4']);
  });

  it('takes the dumps of BPF programs that are loaded, and of those that are announced', async () => {
    const tags = ['00000000000000aa', '00000000000000bb'];
    const scene = new CollectorScene();
    const dump = (id: number): void => {
      scene.host.bpfPrograms.set(id, { path: import.meta.filename, tags: [tags[id]!] });
    };
    dump(0);
    await scene.collector.start();
    dump(1);
    scene.feed(100, scene.sideband(0, bpfRecord({ timeNs: 5 * MS, id: 1 })));
    for (const tag of tags) {
      const opened = await scene.collector.registry.bpf.open(`bpf_prog_${tag}_x`);
      expect(opened.ok).toBe(true);
      if (opened.ok) opened.close();
    }
    scene.collector.registry.close();
    expect(scene.host.openNow).toBe(0);
  });

  it('marks a sample whose stack went with a lost record', async () => {
    const scene = await CollectorScene.started();
    scene.feed(50, scene.log(0, tick(5)));
    scene.lose(0, 2);
    const withoutBody = { atMs: 60, pid: 7, comm: 'main', ...STARTED, slot: 4, stackHash: 44n };
    scene.feed(100, scene.log(0, withoutBody));
    expect((await taken(scene)).at(-1)).toBe('main/main: [lost stack]');
    expect(scene.ledger.entries(new Map())[0]!.losses).toMatchObject({ logGap: 2 });
    expect(scene.conservation(new Map([[0, 2]]))).toMatchObject({ closed: true });
  });

  it('counts how the walks ended, each sample once', async () => {
    const scene = await CollectorScene.started();
    scene.feed(
      100,
      scene.log(
        0,
        tick(1, 7, { user: [1n, 2n] }),
        tick(2, 7, { user: [1n], stackHash: 1n, walkEnd: 'noRule', flags: LOG_FLAG.byPointer }),
        tick(3, 7, { stackHash: 2n }),
        tick(4, 2, { flags: LOG_FLAG.kthread, stackHash: 3n }),
        { atMs: 5, pid: 7, stackHash: 99n, ...STARTED },
      ),
    );
    const counted = Object.entries(scene.collector.walks).filter(([, count]) => count > 0);
    expect(Object.fromEntries(counted)).toEqual({
      ...{ root: 1, noRule: 1, noUserStack: 3 }, // one each
      ...{ byPointer: 1, kernelThread: 1, lostStack: 1, unknownProcess: 2 },
    });
  });

  it('finishes a walk that waited for a table, with the mappings that held then', async () => {
    const scene = await CollectorScene.started();
    const waits = { stackHash: 5n, user: [0x1010n], walkEnd: 'noTable' as const };
    const flags = LOG_FLAG.uncached | LOG_FLAG.pending;
    scene.feed(
      100,
      scene.sideband(0, exec(1, 7, 'app'), map(2, 7, '/bin/app', 0x1000n)),
      scene.log(0, tick(10, 7, { ...waits, flags })),
      scene.sideband(0, exec(20, 7, 'other')),
    );
    const frames = BigUint64Array.of(0x1010n, 0x1020n);
    scene.host.walks.set(5, { frames, end: 'root', skipped: 0, byPointer: true });
    expect(await taken(scene)).toEqual(['app/main: /bin/app+10 < /bin/app+1f']);
    expect(scene.collector.walks).toMatchObject({ root: 1, noTable: 0, byPointer: 1 });
  });

  it('keeps what was walked of a stack whose table never came', async () => {
    const scene = await CollectorScene.started();
    const flags = LOG_FLAG.uncached | LOG_FLAG.pending;
    scene.feed(
      100,
      scene.sideband(0, exec(1, 7, 'app'), map(2, 7, '/bin/app', 0x1000n)),
      scene.log(0, tick(10, 7, { stackHash: 5n, user: [0x1010n], walkEnd: 'noTable', flags })),
    );
    expect(await taken(scene)).toEqual(['app/main: /bin/app+10 < [no unwind table yet]']);
    expect(scene.collector.walks).toMatchObject({ root: 0, noTable: 1 });
  });

  it('keeps only what is followed, from the fork on, when asked to', async () => {
    const scene = await CollectorScene.started({ followedOnly: true });
    scene.collector.follow(7);
    scene.feed(
      100,
      scene.sideband(
        0,
        fork(1, 6, 1),
        exec(2, 6, 'other'),
        fork(3, 7, 1),
        exec(4, 7, 'ours'),
        fork(20, 8, 7),
      ),
      scene.log(0, tick(10, 6), tick(11, 7), tick(30, 8), tick(31, 6)),
    );
    expect(await taken(scene)).toEqual(['ours/main: [no user stack]', 'ours/main: [no user stack]']);
  });

  describe('batches', () => {
    it('carry weight, thread and time of each sample', async () => {
      const scene = await CollectorScene.started();
      scene.feed(100, scene.log(2, tick(10, 7, { tid: 70, periodNs: 20_000_000 }), tick(15, 7, { tid: 71 })));
      const { batch, perCpu } = (await scene.collector.take())!;
      const { samples } = batch;
      expect(perCpu).toEqual(new Map([[2, 2]]));
      expect([...samples.tid]).toEqual([70, 71]);
      expect([...samples.weightNs]).toEqual([20_000_000, 10_101_010]);
      expect([...samples.count]).toEqual([1, 1]);
      expect(batch.threadNames).toEqual(['main']);
      expect(samples.timeMs[1]! - samples.timeMs[0]!).toBeCloseTo(5, 3);
    });

    it('define each process, stack, location and object once', async () => {
      const scene = await CollectorScene.started();
      const reader = new BatchReader();
      const defined = [];
      for (const at of [100, 200, 300]) {
        scene.feed(at, scene.log(0, tick(at - 50, 7, { user: [1n] }), tick(at - 40, 8, { user: [1n] })));
        const { batch } = (await scene.collector.take())!;
        expect(reader.read(batch)).toHaveLength(2);
        defined.push([
          batch.processes.length,
          batch.stacks.length,
          batch.locations.length,
          batch.objects.length,
        ]);
      }
      expect(defined).toEqual([
        [2, 1, 1, 1],
        [0, 0, 0, 0],
        [0, 0, 0, 0],
      ]);
    });

    it('define everything again after a batch was dropped', async () => {
      const scene = await CollectorScene.started();
      scene.feed(100, scene.log(0, tick(10)));
      await scene.collector.take();
      scene.collector.forgetDefinitions();
      scene.feed(200, scene.log(0, tick(110)));
      expect(await taken(scene)).toHaveLength(1);
    });

    it('define a process again when its name has changed', async () => {
      const scene = await CollectorScene.started();
      const reader = new BatchReader();
      scene.feed(100, scene.sideband(0, fork(1, 7, 1), exec(2, 7, 'app')), scene.log(0, tick(10)));
      expect(await taken(scene, reader)).toEqual(['app/main: [no user stack]']);
      scene.feed(
        200,
        scene.sideband(0, commRecord({ timeNs: 101 * MS, pid: 7, comm: 'app: idle' })),
        scene.log(0, tick(110)),
      );
      expect(await taken(scene, reader)).toEqual(['app: idle/main: [no user stack]']);
    });

    it('keep the samples, and their definitions, of a batch that could not be built', async () => {
      const scene = await CollectorScene.started();
      scene.feed(100, scene.log(0, tick(10, 6), tick(11, 7, { cgroupV2: 5n })));
      // The first process is described, the second is not.
      scene.host.faults.set('cgroupPath 2 5', new Error('gone'));
      await expect(scene.collector.take()).rejects.toThrow('gone');
      expect(scene.collector.progress(0)).toEqual({ consumed: 2, held: 2 });
      scene.host.faults.clear();
      scene.feed(200, scene.log(0, tick(110, 7)));
      expect(await taken(scene)).toHaveLength(3);
    });
  });

  describe('looks at /proc again', () => {
    const lost = (scene: CollectorScene): void => scene.feed(50, scene.sideband(0, lostRecord(1 * MS, 3)));
    const scans = (scene: CollectorScene): number =>
      scene.host.calls.filter((call) => call === 'processes').length;

    it('when side-band records were lost, once in a while', async () => {
      const clock = vi.spyOn(performance, 'now').mockReturnValue(20_000);
      const scene = await CollectorScene.started();
      await scene.collector.take();
      expect(scans(scene)).toBe(1);
      lost(scene);
      await scene.collector.take();
      await scene.collector.take();
      expect(scans(scene)).toBe(2);
      lost(scene);
      await scene.collector.take();
      expect(scans(scene)).toBe(2);
      clock.mockReturnValue(40_000);
      await scene.collector.take();
      expect(scans(scene)).toBe(3);
      clock.mockRestore();
    });

    it('until the sampler answers', async () => {
      const clock = vi.spyOn(performance, 'now').mockReturnValue(20_000);
      const scene = await CollectorScene.started();
      lost(scene);
      scene.host.faults.set('processes', new SamplerUnavailable('restarting'));
      await expect(scene.collector.take()).rejects.toThrow(SamplerUnavailable);
      scene.host.faults.clear();
      clock.mockReturnValue(40_000);
      await scene.collector.take();
      expect(scans(scene)).toBe(3);
      clock.mockRestore();
    });
  });

  it('gives out everything that it holds after it was stopped', async () => {
    const scene = await CollectorScene.started();
    scene.feed(100, scene.log(0, tick(99)));
    expect(await scene.collector.take()).toBeNull();
    await scene.collector.stop();
    expect(await taken(scene)).toHaveLength(1);
    expect(await scene.collector.take()).toBeNull();
  });

  it('refuses a log and a side band that are no records', async () => {
    const scene = await CollectorScene.started();
    const bytes = Buffer.alloc(64);
    expect(() => scene.feed(100, { cpu: 0, source: 'log', bytes })).toThrow(RangeError);
    expect(() => scene.feed(100, { cpu: 0, source: 'sideband', bytes })).toThrow(RangeError);
  });
});
