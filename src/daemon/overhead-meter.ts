// What sampling costs: CPU time of the BPF program and of our processes, memory.
import { readFileSync } from 'node:fs';
import type { Collector } from '../collector/collector.ts';
import { SamplerUnavailable } from '../collector/sampler-client.ts';
import type { SamplerHost } from '../collector/sampler-host.ts';
import type { StatusBody } from '../server/status.ts';

type Overhead = NonNullable<StatusBody['overhead']>;

interface Reading {
  atMs: number;
  bpfNs: number;
  samplerSeconds: number;
  serviceSeconds: number;
}

export class OverheadMeter {
  readonly #host: SamplerHost;
  readonly #collector: Collector;
  #last: Reading | null = null;
  #percent = { bpf: 0, sampler: 0, service: 0 };

  constructor(host: SamplerHost, collector: Collector) {
    this.#host = host;
    this.#collector = collector;
  }

  /** Closes an interval. `samplingCpuNs`: all that grows with the rate; answering queries does not belong to it. */
  async turn(): Promise<{ samplingCpuNs: number }> {
    const now = await this.#read();
    const last = this.#last;
    if (last && now.atMs > last.atMs) {
      const seconds = (now.atMs - last.atMs) / 1000;
      this.#percent = {
        bpf: ((now.bpfNs - last.bpfNs) / 1e9 / seconds) * 100,
        // After a restart of the sampler its time begins again.
        sampler: (Math.max(0, now.samplerSeconds - last.samplerSeconds) / seconds) * 100,
        service: ((now.serviceSeconds - last.serviceSeconds) / seconds) * 100,
      };
    }
    this.#last = now;
    return { samplingCpuNs: now.bpfNs + now.samplerSeconds * 1e9 + this.#collector.busyNs };
  }

  async report(): Promise<Overhead> {
    const readings = this.#host.readings();
    const recorded = readings.reduce((sum, reading) => sum + reading.recorded, 0);
    const bpfNs = readings.reduce((sum, reading) => sum + reading.bpfNs, 0);
    const idle = readings.reduce((sum, reading) => sum + reading.idle, 0);
    const idleNs = readings.reduce((sum, reading) => sum + reading.idleNs, 0);
    const { rssBytes: samplerRss } = await this.#samplerUsage();
    return {
      bpfNsPerSample: recorded > 0 ? bpfNs / recorded : null,
      bpfNsPerIdleTick: idle > 0 ? idleNs / idle : null,
      bpfCpuPercent: this.#percent.bpf,
      samplerCpuPercent: this.#percent.sampler,
      serviceCpuPercent: this.#percent.service,
      rssBytes: process.memoryUsage.rss() + samplerRss + launcherRss(),
    };
  }

  async #read(): Promise<Reading> {
    const readings = this.#host.readings();
    const { user, system } = process.cpuUsage();
    const sampler = await this.#samplerUsage();
    return {
      atMs: performance.now(),
      bpfNs: readings.reduce((sum, reading) => sum + reading.bpfNs + reading.idleNs, 0),
      samplerSeconds: sampler.cpuSeconds,
      serviceSeconds: (user + system) / 1e6,
    };
  }

  async #samplerUsage(): Promise<{ cpuSeconds: number; rssBytes: number }> {
    try {
      return await this.#host.usage();
    } catch (error) {
      if (!(error instanceof SamplerUnavailable)) throw error;
      return { cpuSeconds: this.#last?.samplerSeconds ?? 0, rssBytes: 0 };
    }
  }
}

/** Our parent, where that is the launcher: its second field of statm is the resident set in pages. */
function launcherRss(): number {
  try {
    const comm = readFileSync(`/proc/${process.ppid}/comm`, 'utf8').trim();
    if (comm !== 'pilotlight-laun') return 0; // the kernel keeps 15 bytes
    return Number(readFileSync(`/proc/${process.ppid}/statm`, 'utf8').split(' ')[1]) * 4096;
  } catch {
    return 0; // the parent went away; so do we, soon
  }
}
