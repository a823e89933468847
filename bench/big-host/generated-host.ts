// A SamplerHost whose records come from a generated stream, in real time, as the drain thread brings them.
import { closeSync, openSync } from 'node:fs';
import { CLOCK_MONOTONIC, CLOCK_THREAD_CPUTIME_ID, native } from '../../src/collector/native.ts';
import type { CpuReading, DrainBatch, SamplerHost } from '../../src/collector/sampler-host.ts';
import { WrittenHost } from '../../test/support/written-host.ts';
import type { WireStreamOptions } from './wire-stream.ts';
import { WireStream } from './wire-stream.ts';

/** As the drain looks while processes come and go. */
const DRAIN_MS = 100;

export class GeneratedHost extends WrittenHost {
  readonly #stream: WireStream;
  #timer: NodeJS.Timeout | undefined;
  #deliver: ((batch: DrainBatch) => void) | undefined;
  /** CPU time of this thread that went into making records, ns: no part of what is measured. */
  makingNs = 0;

  constructor(options: WireStreamOptions) {
    super();
    this.#stream = new WireStream(options, Number(native().clockNs(CLOCK_MONOTONIC)));
  }

  override start(onDrain: (batch: DrainBatch) => void): Promise<void> {
    this.#deliver = onDrain;
    this.#timer = setInterval(() => this.#turn(), DRAIN_MS);
    return Promise.resolve();
  }

  override drain(): Promise<void> {
    this.#turn();
    return Promise.resolve();
  }

  /** Nothing is recorded from then on. */
  override stop(): Promise<void> {
    clearInterval(this.#timer);
    this.#turn();
    this.#deliver = undefined;
    return Promise.resolve();
  }

  override readings(): CpuReading[] {
    return this.#stream.readings();
  }

  override openObject: SamplerHost['openObject'] = (pid, mapping) => {
    const process = this.#stream.processes.find((living) => living.pid === pid);
    const file = process?.program.bases.indexOf(mapping.start) ?? -1;
    if (process === undefined || file < 0) return Promise.resolve({ ok: false, reason: 'no-file' });
    const fd = openSync(process.program.files[file]!.path, 'r');
    return Promise.resolve({ ok: true, fd, close: () => closeSync(fd) });
  };

  #turn(): void {
    const began = native().clockNs(CLOCK_THREAD_CPUTIME_ID);
    const readAtNs = native().clockNs(CLOCK_MONOTONIC);
    const chunks = this.#stream.until(Number(readAtNs));
    this.makingNs += Number(native().clockNs(CLOCK_THREAD_CPUTIME_ID) - began);
    this.#deliver?.({ readAtNs, chunks, wanted: [] });
  }
}
