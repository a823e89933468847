// The walker of bpf/walk.h, as the addon compiles it, over recorded pairs and tables that src/unwind compiles.
import { closeSync, openSync } from 'node:fs';
import { FdSource } from '../../src/binary/byte-source.ts';
import type { CopiedStack } from '../../src/collector/native.ts';
import { native } from '../../src/collector/native.ts';
import { vdsoImageFd } from '../../src/collector/vdso-image.ts';
import { FRAME_BY_POINTER, FRAME_EXACT } from '../../src/collector/wire.gen.ts';
import { compileUnwindTable } from '../../src/unwind/compile-table.ts';
import { CFA } from '../../src/unwind/table-layout.gen.ts';
import { decodeUnwindTable, type UnwindTable } from '../../src/unwind/unwind-table.ts';
import type { RecordedMapping, RecordedSpace } from '../lib/recorded-processes.ts';
import { findMapping, hasFile } from '../lib/recorded-processes.ts';
import type { OurWalk } from './compare.ts';
import type { Pair } from './pairs.ts';

const ADDRESS = ~(FRAME_BY_POINTER | FRAME_EXACT);
const ANONYMOUS = -1;
const VDSO = '[vdso]';

export interface ReplayedWalk extends OurWalk {
  /** Frames that were reached by a frame-pointer step. */
  byPointer: number;
}

/** Compiles each file's table once. */
export class Replayer {
  readonly #replay = new (native().Replay)();
  /** By path. */
  readonly #objects = new Map<string, number>();
  readonly #tables = new Map<string, UnwindTable>();
  readonly #failures = new Map<string, string>();
  #space: RecordedSpace | null = null;
  #mappings: CopiedStack['mappings'] | null = null;

  walk({ space, registers, stackAt, stack, inKernel }: Pair): ReplayedWalk {
    if (space !== this.#space || this.#mappings === null) {
      this.#mappings = this.#columns(space.mappings);
      this.#space = space;
    }
    const mappings = this.#mappings;
    const { frames, end, skipped } = this.#replay.walk({ registers, stackAt, stack, inKernel, mappings });
    let byPointer = 0;
    const addresses = Array.from(frames, (word) => {
      if ((word & FRAME_BY_POINTER) !== 0n) byPointer++;
      return word & ADDRESS;
    });
    return { frames: addresses, end, skipped, byPointer };
  }

  /** Whether the code at an address changes stacks (CFA.SWITCH). */
  isSwitch(space: RecordedSpace, address: bigint): boolean {
    const mapping = findMapping(space, address);
    const table = mapping && this.#tables.get(mapping.path);
    if (!table) return false;
    return table.rule(table.find(Number(address - mapping.start + mapping.offset))).cfaKind === CFA.SWITCH;
  }

  /** Files without a table, with the reason. */
  get failures(): ReadonlyMap<string, string> {
    return this.#failures;
  }

  #columns(mappings: readonly RecordedMapping[]): CopiedStack['mappings'] {
    return {
      start: BigUint64Array.from(mappings, ({ start }) => start),
      end: BigUint64Array.from(mappings, ({ end }) => end),
      // The vDSO's image begins where it is mapped.
      offset: BigUint64Array.from(mappings, ({ path, offset }) => (path === VDSO ? 0n : offset)),
      object: Int32Array.from(mappings, (mapping) => this.#objectOf(mapping)),
    };
  }

  #objectOf(mapping: RecordedMapping): number {
    const { path } = mapping;
    if (path !== VDSO && !hasFile(mapping)) return ANONYMOUS;
    let object = this.#objects.get(path);
    if (object === undefined) {
      object = this.#replay.addTable(this.#compile(path));
      this.#objects.set(path, object);
    }
    return object;
  }

  /** Empty where there can be no table. */
  #compile(path: string): Uint8Array {
    const fd = openImage(path);
    try {
      const result =
        fd === null ? ({ ok: false, reason: 'no-file' } as const) : compileUnwindTable(new FdSource(fd));
      if (result.ok) {
        this.#tables.set(path, decodeUnwindTable(result.table));
        return result.table;
      }
      this.#failures.set(path, result.reason);
      return new Uint8Array();
    } finally {
      if (fd !== null) closeSync(fd);
    }
  }
}

function openImage(path: string): number | null {
  if (path !== VDSO) return openSync(path, 'r');
  const image = vdsoImageFd();
  return image.ok ? image.fd : null;
}
