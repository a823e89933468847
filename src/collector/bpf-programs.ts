// BpfPrograms: what the kernel tells of loaded BPF programs, taken while they are loaded, for the symbolizer to read.
import type { OpenResult } from '../model/object-source.ts';
import { FdCache } from './fd-cache.ts';
import type { SamplerHost } from './sampler-host.ts';

/** Dumps kept: memory files, of some KB each, with large BTF up to 8 MB. One that was let go is made again if it can be. */
const MAX_KEPT = 128;
const MAX_KEPT_BYTES = 16 << 20;
/** Functions whose program is known; the longest known are forgotten. */
const MAX_TAGS = 20_000;
/** Programs that wait for their dump. All that are loaded at the start must fit (the sampler lists 4096). */
const MAX_QUEUED = 5000;

/** A program's name in kallsyms. The tag is a hash of the function's instructions. */
const TAGGED = /^bpf_prog_([0-9a-f]{16})(?:_|$)/;

export class BpfPrograms {
  readonly #host: SamplerHost;
  readonly #dumps = new FdCache<number>(MAX_KEPT, MAX_KEPT_BYTES);
  /** Which program has a function of that tag: of several with the same instructions the one dumped last. */
  readonly #byTag = new Map<string, number>();
  readonly #queue = new Set<number>();
  #working: Promise<void> | null = null;
  #closed = false;

  constructor(host: SamplerHost) {
    this.#host = host;
  }

  /** Takes up the programs that are loaded already. Resolves when they are listed; the dumps follow. */
  async addLoaded(): Promise<void> {
    for (const id of await this.#host.bpfProgramIds()) this.add(id);
  }

  /** A program has been loaded (PERF_RECORD_BPF_EVENT), and may be unloaded soon. */
  add(id: number): void {
    if (this.#closed || this.#queue.size >= MAX_QUEUED) return;
    this.#queue.add(id);
    this.#start();
  }

  /**
   * The dump (native/bpf-programs.h) of the program that a `bpf` object's kallsyms name belongs to; `no-file` where it was
   * unloaded before there was one.
   */
  async open(symbol: string): Promise<OpenResult> {
    const tag = TAGGED.exec(symbol)?.[1];
    if (tag === undefined) return { ok: false, reason: 'no-symbols' };
    await this.#working; // its dump may be on the way
    const id = this.#byTag.get(tag);
    if (id === undefined) return { ok: false, reason: 'no-file' };
    return this.#dumps.use(id) ?? (await this.#dump(id));
  }

  close(): void {
    this.#closed = true;
    this.#queue.clear();
    this.#dumps.close();
  }

  #start(): void {
    this.#working ??= this.#work().finally(() => {
      this.#working = null;
      if (this.#queue.size > 0) this.#start(); // what came in after the last look at the queue
    });
  }

  async #work(): Promise<void> {
    try {
      for (const id of this.#queue) {
        const opened = await this.#dump(id);
        if (opened.ok) opened.close();
        this.#queue.delete(id);
      }
    } catch (error) {
      // The sampler is being restarted: these programs keep the names that kallsyms has.
      this.#queue.clear();
      console.error(`pilotlight: BPF programs: ${String(error)}`);
    }
  }

  /** A handle of the dump, which is kept. */
  async #dump(id: number): Promise<OpenResult> {
    const opened = await this.#host.openBpfProgram(id);
    if (!opened.ok) return opened;
    if (this.#closed) {
      opened.close();
      return { ok: false, reason: 'no-file' };
    }
    for (const tag of opened.tags) this.#remember(tag, id);
    this.#dumps.keep(id, opened, opened.bytes);
    return this.#dumps.use(id) ?? { ok: false, reason: 'no-file' };
  }

  #remember(tag: string, id: number): void {
    this.#byTag.delete(tag);
    this.#byTag.set(tag, id); // newest last
    if (this.#byTag.size > MAX_TAGS) this.#byTag.delete(this.#byTag.keys().next().value!);
  }
}
