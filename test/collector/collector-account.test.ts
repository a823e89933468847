// The collector's account of every record: it closes at every point.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SAMPLE } from '../../src/collector/wire.gen.ts';
import { CollectorScene, MS } from '../support/collector-scene.ts';
import { logRecord } from '../support/log-writer.ts';

const STARTED = { startNs: 1_000_000_000n };
const tick = (atMs: number) => ({ atMs, pid: 7, comm: 'main', ...STARTED, user: [] });

describe('the account of the collector', () => {
  it('closes at every point, whatever is read, taken, stored and lost in between', async () => {
    const step = fc.oneof(
      fc.record({
        type: fc.constant('feed' as const),
        cpu: fc.nat(2),
        count: fc.nat(6),
        ageMs: fc.nat(40),
      }),
      fc.record({ type: fc.constant('lose' as const), cpu: fc.nat(2), count: fc.nat(4) }),
      fc.record({
        type: fc.constantFrom('take' as const, 'store' as const, 'drop' as const, 'restart' as const),
      }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        let scene = await CollectorScene.started();
        let outside: Map<number, number>[] = [];
        let saved = scene.ledger.entries(new Map());
        let nowMs = 0;
        const check = (): void => {
          const held = new Map<number, number>();
          for (const perCpu of outside)
            for (const [cpu, n] of perCpu) held.set(cpu, (held.get(cpu) ?? 0) + n);
          expect(scene.conservation(held)).toMatchObject({ closed: true, unaccounted: 0 });
        };
        for (const one of steps) {
          nowMs += 7;
          if (one.type === 'feed') {
            const records = Array.from({ length: one.count }, (_, i) =>
              tick(Math.max(0, nowMs - one.ageMs) + i / 100),
            );
            scene.feed(nowMs, scene.log(one.cpu, ...records));
          } else if (one.type === 'lose') {
            scene.lose(one.cpu, one.count);
          } else if (one.type === 'take') {
            const taking = scene.collector.take(({ perCpu }) => outside.push(perCpu));
            check();
            await taking;
          } else if (one.type === 'restart') {
            scene = await CollectorScene.started({}, saved, scene.recorded);
            outside = [];
          } else {
            const perCpu = outside.shift() ?? new Map<number, number>();
            if (one.type === 'store') {
              saved = scene.ledger.entries(perCpu);
              for (const [cpu, n] of perCpu) scene.ledger.store(cpu, n);
            } else {
              for (const [cpu, n] of perCpu) scene.ledger.lose(cpu, 'storeFailed', n);
            }
          }
          check();
        }
        await scene.collector.stop();
        check();
      }),
      { numRuns: 150, seed: 11 },
    );
  });

  it('names what an earlier service had read and not stored', async () => {
    const first = await CollectorScene.started();
    first.feed(100, first.log(0, tick(1), tick(2), tick(3), tick(4), tick(5)));
    const stored = (await first.collector.take())!;
    const saved = first.ledger.entries(stored.perCpu);
    first.feed(200, first.log(0, tick(101), tick(102)));
    // It ends here. Two were read and are gone; three more were recorded, and are read by its successor.
    const second = await CollectorScene.started({}, saved, first.recorded);
    expect(second.conservation()).toMatchObject({ closed: true });
    second.feed(300, second.log(0, tick(201), tick(202), tick(203)));
    const account = second.conservation().perCpu[0]!;
    expect(account).toMatchObject({
      entries: 10,
      samples: 5,
      pending: 3,
      losses: { serviceDown: 2, logGap: 0 },
    });
    expect(second.conservation().closed).toBe(true);
  });

  it('calls nothing lost when the service starts with the sampler', async () => {
    const scene = await CollectorScene.started();
    scene.feed(100, scene.log(0, tick(1)));
    expect(scene.conservation().perCpu[0]!.losses).toEqual({
        serviceDown: 0, logGap: 0, collectorFull: 0, storeFailed: 0,
      }); // prettier-ignore
  });

  it('names the samples that there was no room for', async () => {
    const scene = await CollectorScene.started();
    const LIMIT = 200_000;
    const first = logRecord({ sequence: 0, timeNs: MS, pid: 7, user: [], ...STARTED });
    const bytes = Buffer.alloc(first.length * (LIMIT + 10));
    for (let i = 0; i < LIMIT + 10; i++) {
      first.copy(bytes, i * first.length);
      bytes.writeBigUInt64LE(BigInt(i), i * first.length + SAMPLE.sequence);
    }
    scene.recorded.set(0, LIMIT + 10);
    scene.feed(100, { cpu: 0, source: 'log', bytes });
    expect(scene.conservation()).toMatchObject({
      closed: true,
      perCpu: [{ pending: LIMIT, losses: { collectorFull: 10 } }],
    });
    expect(scene.collector.progress(0).held).toBe(LIMIT);
  });
});
