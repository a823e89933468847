// What a sampler's records say of their own cost, for the processes that are being measured.
import { SampleDecoder } from '../../src/collector/sample-decoder.ts';
import type { DrainBatch, DrainChunk } from '../../src/collector/sampler-host.ts';
import { decodeSideband } from '../../src/collector/sideband.ts';
import { SAMPLE, SAMPLE_FLAGS } from '../../src/collector/wire.gen.ts';
import { WALK_BY_POINTER, WALK_ENDS } from '../../src/model/walk-end.ts';

export interface CostSample {
  /** In the BPF program, ns. */
  busyNs: number;
  userMode: boolean;
  /** Of the user's stack, those left out included; null where the record's body was sent before we looked. */
  frames: number | null;
  kernelFrames: number;
  end: string;
  /** The stack was copied, for the drain to walk. */
  copied: boolean;
  /** The frames were written to the log; else only their hash was. */
  body: boolean;
}

/** Sees every batch of one host; keeps the samples of a process and of what it forks. */
export class CostTap {
  #samples: CostSample[] = [];
  readonly #pids = new Set<number>();
  readonly #decoders = new Map<number, SampleDecoder>();

  follow(pid: number): void {
    this.#pids.add(pid);
  }

  /** What was kept since the last call. Nothing is followed any more. */
  take(): CostSample[] {
    const samples = this.#samples;
    this.#samples = [];
    this.#pids.clear();
    return samples;
  }

  see({ chunks }: DrainBatch): void {
    this.#seeForks(chunks);
    for (const chunk of chunks) if (chunk.source === 'log') this.#seeLog(chunk);
  }

  /** All of the batch's before its samples: a process whose fork is known is known for all of them. */
  #seeForks(chunks: readonly DrainChunk[]): void {
    const forks: { timeNs: number; pid: number; parent: number }[] = [];
    for (const { source, bytes } of chunks) {
      if (source !== 'sideband') continue;
      decodeSideband(bytes, (event) => {
        if (event.type === 'fork') forks.push(event);
      });
    }
    forks.sort((a, b) => a.timeNs - b.timeNs);
    for (const { pid, parent } of forks) if (this.#pids.has(parent)) this.#pids.add(pid);
  }

  #seeLog({ cpu, bytes }: DrainChunk): void {
    const decoder = this.#decoders.get(cpu) ?? new SampleDecoder(cpu);
    this.#decoders.set(cpu, decoder);
    const flags = recordFlags(bytes);
    let record = 0;
    decoder.decode(
      bytes,
      ({ pid, busyNs, userMode, walk, stack }) => {
        const flag = flags[record++]!;
        if (!this.#pids.has(pid)) return;
        this.#samples.push({
          busyNs,
          userMode,
          frames: stack && stack.user.length + stack.skipped,
          kernelFrames: stack?.kernel.length ?? 0,
          end: WALK_ENDS[walk & ~WALK_BY_POINTER] ?? 'unknown',
          copied: (flag & SAMPLE_FLAGS.uncached) !== 0,
          body: (flag & SAMPLE_FLAGS.body) !== 0,
        });
      },
      () => undefined,
    );
  }
}

function recordFlags(bytes: Uint8Array): number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const flags: number[] = [];
  for (let at = 0; at < bytes.length; at += view.getUint32(at + SAMPLE.size, true)) {
    flags.push(view.getUint16(at + SAMPLE.flags, true));
  }
  return flags;
}
