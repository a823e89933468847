// What sampling costs, as the sum of its parts.
import { beforeEach, describe, expect, it } from 'vitest';
import { SamplerUnavailable } from '../../src/collector/sampler-client.ts';
import { OverheadMeter } from '../../src/daemon/overhead-meter.ts';
import { CollectorScene } from '../support/collector-scene.ts';
import { cpuReadingOf } from '../support/fake-sampler-host.ts';

let scene: CollectorScene;
let meter: OverheadMeter;

beforeEach(() => {
  scene = new CollectorScene();
  scene.host.counters = [
    cpuReadingOf(0, { recorded: 30, bpfNs: 3000, idle: 4, idleNs: 400 }),
    cpuReadingOf(1, { recorded: 10, bpfNs: 5000, idle: 0, idleNs: 0 }),
  ];
  meter = new OverheadMeter(scene.host, scene.collector);
});

describe('OverheadMeter', () => {
  it('adds up BPF, the sampler’s process and the collector', async () => {
    scene.host.usage = () => Promise.resolve({ cpuSeconds: 2, rssBytes: 1 });
    scene.collector.busyNs = 7;
    expect(await meter.turn()).toEqual({ samplingCpuNs: 3000 + 5000 + 400 + 2e9 + 7 });
  });

  it('keeps to the sampler’s last usage while it is being restarted', async () => {
    scene.host.usage = () => Promise.resolve({ cpuSeconds: 2, rssBytes: 1 });
    const { samplingCpuNs } = await meter.turn();
    scene.host.usage = () => Promise.reject(new SamplerUnavailable('restarting'));
    expect(await meter.turn()).toEqual({ samplingCpuNs });
  });

  it('tells the cost of a sample, and of none where there are none', async () => {
    expect(await meter.report()).toMatchObject({ bpfNsPerSample: 200, bpfNsPerIdleTick: 100 });
    scene.host.counters = [];
    expect(await meter.report()).toMatchObject({ bpfNsPerSample: null, bpfNsPerIdleTick: null });
  });

  it('counts the sampler’s memory as its own', async () => {
    scene.host.usage = () => Promise.resolve({ cpuSeconds: 0, rssBytes: 2 ** 40 });
    expect((await meter.report()).rssBytes).toBeGreaterThan(2 ** 40);
  });
});
