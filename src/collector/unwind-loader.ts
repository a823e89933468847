// Sees to it that the walker has the unwind tables of the objects that processes run.
import type { CodeObject } from '../model/code-object.ts';
import type { OpenResult } from '../model/object-source.ts';
import type { ObjectRef } from './object-ref.ts';
import type { ObjectRegistry } from './object-registry.ts';
import { isNamedByBuildId } from './object-registry.ts';
import type { SamplerHost } from './sampler-host.ts';
import type { MappedFile } from './sideband.ts';
import { within } from './within.ts';

/** Compiles an object's unwind table, or finds it compiled; `key` names its content. */
export type UnwindTableReader = (object: {
  key: string;
  open: () => Promise<OpenResult>;
}) => Promise<{ ok: true; bytes: Uint8Array } | { ok: false; reason: string }>;

/** What native/ knows a mapped file by (`file_key` in native/sideband-record.cc). */
export function codeKey(path: string, file: MappedFile): string {
  if (path === '[vdso]') return path;
  return `${file.device} ${file.inode} ${file.generation}`;
}

/** The worker's state, not the object's: whoever maps it next asks again. */
const PASSING: ReadonlySet<string> = new Set(['busy', 'closed', 'not-started']);
/** Objects known at once; the ones noted longest ago are forgotten, and noted again when mapped again. */
const MAX_KEYS = 20_000;

export class UnwindLoader {
  readonly #host: SamplerHost;
  readonly #registry: ObjectRegistry;
  readonly #read: UnwindTableReader;
  readonly #refs = new Map<string, ObjectRef>();
  /** Being loaded, loaded, or known to have no table. */
  readonly #settled = new Set<string>();
  /** Missed, and not noted yet. */
  readonly #missed = new Set<string>();
  readonly #underWay = new Set<Promise<void>>();

  constructor(host: SamplerHost, registry: ObjectRegistry, read: UnwindTableReader) {
    this.#host = host;
    this.#registry = registry;
    this.#read = read;
  }

  /** An object is mapped: should a walk come through it, its table can be had. */
  note(key: string, ref: ObjectRef): void {
    this.#refs.delete(key);
    this.#refs.set(key, ref);
    if (this.#missed.delete(key)) this.want(key);
    if (this.#refs.size <= MAX_KEYS) return;
    const oldest = this.#refs.keys().next().value!;
    this.#refs.delete(oldest);
    this.#settled.delete(oldest);
  }

  /** Its table will be needed: a program that has just begun may live but tens of ms. */
  want(key: string): void {
    if (this.#settled.has(key)) return;
    const ref = this.#refs.get(key);
    if (!ref) return;
    this.#settled.add(key);
    const load = this.#load(key, ref)
      .catch(() => void this.#settled.delete(key)) // the sampler is away: a later walk asks again
      .finally(() => this.#underWay.delete(load));
    this.#underWay.add(load);
  }

  /** Resolves when what is wanted by now is loaded, or after `patienceMs`. */
  async settled(patienceMs: number): Promise<void> {
    await within(patienceMs, Promise.all(this.#underWay));
  }

  /** A walk came through it and found no table: it was never wanted before, or had to make room for others. */
  missed(key: string): void {
    this.#settled.delete(key);
    // The drain may tell of it before the record that maps it has had its turn.
    if (this.#refs.has(key)) this.want(key);
    else if (this.#missed.size < MAX_KEYS) this.#missed.add(key);
  }

  async #load(key: string, ref: ObjectRef): Promise<void> {
    await this.#registry.load(ref);
    const { object } = ref;
    if (!object || object.addressing === 'file-offset') {
      this.#settled.delete(key); // another process that maps it may lead to the file
      return this.#host.noUnwindTable(key);
    }
    const content = contentKey(object);
    if (await this.#host.loadUnwindTable(key, content, null)) return;
    const table = await this.#read({ key: content, open: () => this.#registry.open(object) });
    if (!table.ok && PASSING.has(table.reason)) return void this.#settled.delete(key);
    if (!table.ok) return this.#host.noUnwindTable(key);
    await this.#host.loadUnwindTable(key, content, table.bytes);
  }
}

/** Names the table in the cache. */
function contentKey(object: CodeObject): string {
  return isNamedByBuildId(object) ? object.buildId : `${object.kind}-${object.id.toString(16)}`;
}
