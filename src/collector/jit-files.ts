// Files in which processes tell of the code that they make while they run: perf maps, and jitdumps.
import type { ObjectId } from '../model/code-object.ts';
import type { OpenResult } from '../model/object-source.ts';
import { FdCache } from './fd-cache.ts';
import type { SeenIn } from './object-ref.ts';
import type { SamplerHost } from './sampler-host.ts';

/**
 * Most processes with JIT code write no perf map; one that does may begin to at any time, mostly soon after its first
 * code. Each look in vain doubles the time to the next.
 */
const FIRST_NO_MAP_RETRY_MS = 250;
const MAX_NO_MAP_RETRY_MS = 15_000;
/** Images known at once; the earliest are forgotten, and their code has no names any more. */
const MAX_IMAGES = 20_000;
/** Files kept open, so that the code of a process that has exited can still be named. */
const MAX_OPEN = 64;
/** Samples taken before code went on as another object are named within this time. */
const LAST_LOOKS_MS = 30_000;
const NO_MAP: OpenResult = { ok: false, reason: 'no-map' };

/** Writers map their jitdump executable, since perf records such mappings (jitdump-specification.txt, perf-inject(1)). */
export function isJitdump(path: string): boolean {
  return /^\/(?:.*\/)?jit-\d+\.dump(?: \(deleted\))?$/s.test(path);
}

/** What is known of one process image. */
interface Image {
  pid: number;
  /** The mapping of its jitdump; null where it has none, or the process is gone. */
  dump: SeenIn | null;
  /** When its perf map is looked for again where it had none, ms of performance.now(). */
  nextMapLookMs: number;
  mapRetryMs: number;
  /** From when on its files tell of what came after it; ms of performance.now(). */
  endsAtMs: number;
}

export class JitFiles {
  readonly #host: Pick<SamplerHost, 'openObject' | 'openPerfMap'>;
  readonly #images = new Map<ObjectId, Image>();
  /** The latest image of each pid: files found by the pid are no earlier one's. */
  readonly #latest = new Map<number, ObjectId>();
  readonly #dumps = new FdCache<ObjectId>(MAX_OPEN);
  readonly #maps = new FdCache<ObjectId>(MAX_OPEN);

  constructor(host: Pick<SamplerHost, 'openObject' | 'openPerfMap'>) {
    this.#host = host;
  }

  /** A process image that makes code; its addresses are in object `id`. */
  add(id: ObjectId, pid: number): void {
    this.#latest.set(pid, id);
    if (this.#images.has(id)) return;
    this.#images.set(id, {
      pid,
      dump: null,
      nextMapLookMs: -Infinity,
      mapRetryMs: FIRST_NO_MAP_RETRY_MS,
      endsAtMs: Infinity,
    });
    if (this.#images.size <= MAX_IMAGES) return;
    const [oldest, image] = this.#images.entries().next().value!;
    this.#images.delete(oldest);
    if (this.#latest.get(image.pid) === oldest) this.#latest.delete(image.pid);
  }

  pidOf(id: ObjectId): number | undefined {
    return this.#images.get(id)?.pid;
  }

  /** The image's code is in another object from now on; the files are the same. */
  inherit(from: ObjectId, to: ObjectId): void {
    const [before, after] = [this.#images.get(from), this.#images.get(to)];
    if (!before || !after) return;
    after.dump = before.dump;
    before.endsAtMs = performance.now() + LAST_LOOKS_MS;
  }

  /** The image has mapped its jitdump. Opened at once: the process may be gone when its code is to be named. */
  async addDump(id: ObjectId, mapping: SeenIn): Promise<void> {
    const image = this.#images.get(id);
    if (!image) return;
    image.dump = mapping;
    const opened = await this.#openDump(id, image);
    if (opened.ok) opened.close(); // it stays open in the cache
  }

  /** The jitdump, which has lines, or else the perf map. */
  async open(id: ObjectId): Promise<OpenResult> {
    const image = this.#images.get(id);
    if (!image || performance.now() > image.endsAtMs) return NO_MAP;
    const dump = await this.#openDump(id, image);
    return dump.ok ? dump : this.#openMap(id, image);
  }

  /** The perf map, for what the jitdump beside it does not cover: that may lag behind (V8 writes it 4 KiB at a time). */
  async openMap(id: ObjectId): Promise<OpenResult> {
    const image = this.#images.get(id);
    // Without a jitdump it is what `open` gives.
    if (!image?.dump || performance.now() > image.endsAtMs) return NO_MAP;
    return this.#openMap(id, image);
  }

  async #openMap(id: ObjectId, image: Image): Promise<OpenResult> {
    const now = performance.now();
    if (this.#latest.get(image.pid) === id && now >= image.nextMapLookMs) {
      const opened = await this.#host.openPerfMap(image.pid);
      if (opened.ok) {
        this.#maps.keep(id, opened);
        image.mapRetryMs = FIRST_NO_MAP_RETRY_MS;
      } else {
        image.nextMapLookMs = now + image.mapRetryMs;
        image.mapRetryMs = Math.min(2 * image.mapRetryMs, MAX_NO_MAP_RETRY_MS);
      }
    }
    return this.#maps.use(id) ?? NO_MAP;
  }

  close(): void {
    this.#dumps.close();
    this.#maps.close();
  }

  async #openDump(id: ObjectId, image: Image): Promise<OpenResult> {
    const kept = this.#dumps.use(id);
    if (kept || !image.dump) return kept ?? NO_MAP;
    const opened = await this.#host.openObject(image.dump.pid, image.dump);
    if (opened.ok) this.#dumps.keep(id, opened);
    else image.dump = null;
    return this.#dumps.use(id) ?? NO_MAP;
  }
}
