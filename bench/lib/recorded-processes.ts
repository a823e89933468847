// Which process had which file mapped where, while a perf.data file is read in time order.
import type { SidebandEvent } from '../../src/collector/sideband.ts';

/** An executable mapping. */
export interface RecordedMapping {
  readonly start: bigint;
  readonly end: bigint;
  /** In the file, bytes. */
  readonly offset: bigint;
  /** As the kernel prints it; `//anon`, `[vdso]`, … where there is no file. */
  readonly path: string;
}

/** The mappings of a process between two changes: never changed, so that a sample can keep it. */
export interface RecordedSpace {
  /** Sorted by start, never overlapping. */
  readonly mappings: readonly RecordedMapping[];
}

const EMPTY: RecordedSpace = { mappings: [] };

export class RecordedProcesses {
  readonly #spaces = new Map<number, RecordedSpace>();
  readonly #names = new Map<number, string>();

  apply(event: SidebandEvent): void {
    if (event.type === 'fork') {
      this.#spaces.set(event.pid, this.spaceOf(event.parent));
      this.#names.set(event.pid, this.nameOf(event.parent));
    } else if (event.type === 'comm' && event.pid === event.tid) {
      this.#names.set(event.pid, event.comm);
      if (event.exec) this.#spaces.set(event.pid, EMPTY);
    } else if (event.type === 'mmap') {
      const { start, end, offset, path } = event;
      const mapping = { start, end, offset: BigInt(offset), path };
      this.#spaces.set(event.pid, withMapping(this.spaceOf(event.pid), mapping));
    }
  }

  /** The same object until something changes. */
  spaceOf(pid: number): RecordedSpace {
    return this.#spaces.get(pid) ?? EMPTY;
  }

  nameOf(pid: number): string {
    return this.#names.get(pid) ?? '';
  }
}

/** A later mapping replaces what it overlaps; remainders of the old ones stay. */
export function withMapping({ mappings }: RecordedSpace, mapping: RecordedMapping): RecordedSpace {
  const { start, end } = mapping;
  const kept = mappings.flatMap((old) => {
    if (old.end <= start || old.start >= end) return [old];
    const below = old.start < start ? [{ ...old, end: start }] : [];
    const above = old.end > end ? [{ ...old, start: end, offset: old.offset + (end - old.start) }] : [];
    return [...below, ...above];
  });
  return { mappings: [...kept, mapping].sort((a, b) => (a.start < b.start ? -1 : 1)) };
}

export function findMapping({ mappings }: RecordedSpace, address: bigint): RecordedMapping | undefined {
  return mappings.find(({ start, end }) => start <= address && address < end);
}

/** Whether it is a file that can be opened by its path, or code that has no file. */
export function hasFile({ path }: RecordedMapping): boolean {
  return (
    path.startsWith('/') && !path.startsWith('//') && !/^\/(memfd:|dev\/zero|SYSV|anon_hugepage)/.test(path)
  );
}
