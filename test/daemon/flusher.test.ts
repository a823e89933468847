// From the collector to a store that sometimes refuses: everything is stored once, or is a named loss.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Flusher } from '../../src/daemon/flusher.ts';
import { Naming } from '../../src/daemon/naming.ts';
import type { Conservation } from '../../src/model/conservation.ts';
import { conservationOf } from '../../src/model/conservation.ts';
import { BatchReader, CollectorScene } from '../support/collector-scene.ts';
import { cpuReadingOf, FAKE_SESSION } from '../support/fake-sampler-host.ts';
import { RecordingStore } from '../support/recording-store.ts';

const errors: string[] = [];
beforeEach(() => {
  errors.length = 0;
  vi.spyOn(console, 'error').mockImplementation((line: string) => void errors.push(line));
});
afterEach(() => vi.restoreAllMocks());

class Flow {
  readonly recording = new RecordingStore();
  readonly scene: CollectorScene;
  readonly flusher: Flusher;
  #nowMs = 0;

  private constructor(scene: CollectorScene) {
    this.scene = scene;
    const { store } = this.recording;
    const naming = new Naming({ symbolize: () => Promise.resolve([]) }, store);
    const { collector, ledger } = scene;
    this.flusher = new Flusher({ session: FAKE_SESSION.id, collector, ledger, store, naming });
  }

  static async started(): Promise<Flow> {
    return new Flow(await CollectorScene.started());
  }

  /** So many samples on a CPU, each of one of so many stacks. */
  sample(cpu: number, count: number, stacks = 1): void {
    this.#nowMs += 100;
    const records = Array.from({ length: count }, (_, i) => ({
      atMs: this.#nowMs - 50,
      pid: 7 + cpu,
      comm: 'main',
      startNs: 1_000_000_000n,
      slot: i % stacks,
      stackHash: BigInt(i % stacks),
      // A body is needed once; one at the start of each batch will do.
      ...(i < stacks ? { user: i === 0 ? [] : [BigInt(i)] } : {}),
    }));
    this.scene.feed(this.#nowMs, this.scene.log(cpu, ...records));
  }

  conservation(): Conservation {
    const readings = [...this.scene.recorded].map(([cpu, recorded]) => cpuReadingOf(cpu, { recorded }));
    return conservationOf(readings.map((reading) => this.flusher.account(reading)));
  }

  /** What a store would show; throws where something stored refers to what is not. */
  readBack(): string[] {
    const reader = new BatchReader();
    return this.recording.batches.flatMap((batch) => reader.read(batch));
  }
}

describe('Flusher', () => {
  it('stores samples with the account that they make', async () => {
    const flow = await Flow.started();
    flow.sample(0, 3);
    flow.sample(1, 2);
    await flow.flusher.flush();
    expect(flow.readBack()).toHaveLength(5);
    expect(flow.recording.ledgerRows).toMatchObject([
      { session: 'session-1', cpu: 0, stored: 3, consumed: 3 },
      { session: 'session-1', cpu: 1, stored: 2, consumed: 2 },
    ]);
    expect(flow.conservation()).toMatchObject({
      closed: true,
      perCpu: [{ samples: 3, pending: 0 }, { samples: 2 }],
    });
  });

  it('asks nothing of the store when there is nothing to store', async () => {
    const flow = await Flow.started();
    await flow.flusher.flush();
    expect(flow.recording.attempts).toBe(0);
  });

  it('stores in order and one at a time, however often it is asked', async () => {
    const flow = await Flow.started();
    flow.sample(0, 1);
    const first = flow.flusher.flush();
    flow.sample(0, 2);
    await Promise.all([first, flow.flusher.flush(), flow.flusher.flush()]);
    expect(flow.recording.batches.reduce((sum, { samples }) => sum + samples.length, 0)).toBe(3);
    expect(flow.recording.ledgerRows).toMatchObject([{ stored: 3 }]);
  });

  it('keeps what the store refuses, and stores it once when it takes it again', async () => {
    const flow = await Flow.started();
    flow.recording.refusal = 'disk full';
    flow.sample(0, 3);
    await flow.flusher.flush();
    flow.sample(0, 4);
    await flow.flusher.flush();
    expect([flow.flusher.unsentSamples, flow.flusher.lastError, flow.recording.samples]).toEqual([
      7,
      'the store refuses samples: disk full',
      0,
    ]);
    expect(flow.conservation()).toMatchObject({ closed: true, perCpu: [{ samples: 0, pending: 7 }] });
    flow.recording.refusal = null;
    await flow.flusher.flush();
    expect([flow.flusher.unsentSamples, flow.flusher.lastError]).toEqual([0, null]);
    expect(flow.readBack()).toHaveLength(7);
    expect(flow.recording.ledgerRows).toMatchObject([{ stored: 7, consumed: 7 }]);
    expect(flow.conservation()).toMatchObject({ closed: true, perCpu: [{ samples: 7, pending: 0 }] });
  });

  it('says once why the store refuses, and again when the reason is another', async () => {
    const flow = await Flow.started();
    flow.sample(0, 1);
    for (const reason of ['disk full', 'disk full', 'locked']) {
      flow.recording.refusal = reason;
      await flow.flusher.flush();
    }
    expect(errors.filter((line) => line.includes('the store refuses'))).toEqual([
      'pilotlight: the store refuses samples: disk full',
      'pilotlight: the store refuses samples: locked',
    ]);
  });

  it('keeps the samples of a batch that could not be built, and tells why', async () => {
    const flow = await Flow.started();
    flow.scene.host.faults.set('cgroupPath 2 0', new Error('no answer'));
    flow.sample(0, 3);
    await flow.flusher.flush();
    expect([flow.flusher.lastError, flow.recording.attempts]).toEqual([
      'samples could not be prepared: no answer',
      0,
    ]);
    expect(flow.conservation()).toMatchObject({ closed: true, perCpu: [{ pending: 3 }] });
    flow.scene.host.faults.clear();
    await flow.flusher.flush();
    expect(flow.readBack()).toHaveLength(3);
  });

  it('counts every sample once at every moment of storing', async () => {
    const flow = await Flow.started();
    flow.sample(0, 5);
    const flushed = flow.flusher.flush();
    // Between any two turns of the queue of promises.
    for (let turn = 0; turn < 1000; turn++) {
      expect(flow.conservation()).toMatchObject({ closed: true, unaccounted: 0 });
      await Promise.resolve();
    }
    await flushed;
    expect(flow.conservation()).toMatchObject({ closed: true, perCpu: [{ samples: 5 }] });
  });

  it('gives up the oldest samples beyond its room as a named loss, and nothing that later ones refer to', async () => {
    const flow = await Flow.started();
    flow.recording.refusal = 'disk full';
    // All the stacks and processes are met in the first batch, which is the one to go.
    for (let batch = 0; batch < 5; batch++) {
      flow.sample(0, 29_000, 10);
      flow.sample(1, 1000, 3);
      await flow.flusher.flush();
      expect(flow.conservation()).toMatchObject({ closed: true, unaccounted: 0 });
    }
    expect(flow.flusher.unsentSamples).toBe(120_000);
    expect(flow.conservation().perCpu.map(({ losses }) => losses['storeFailed'])).toEqual([29_000, 1000]);
    flow.sample(0, 10, 12);
    await flow.flusher.flush();
    flow.recording.refusal = null;
    await flow.flusher.flush();
    // The ten more samples cost another 30,000: a batch goes whole.
    expect(flow.readBack()).toHaveLength(90_010);
    expect(flow.conservation()).toMatchObject({ closed: true, unaccounted: 0 });
    expect(flow.recording.ledgerRows).toMatchObject([
      { cpu: 0, stored: 87_010, losses: { storeFailed: 58_000 } },
      { cpu: 1, stored: 3000, losses: { storeFailed: 2000 } },
    ]);
  });
});
