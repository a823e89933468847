// A reference to an object that a mapping names, before and after its file has been read.
import type { CodeObject } from '../model/code-object.ts';

/** A loadable segment of an ELF file (program header of type PT_LOAD). */
export interface ElfSegment {
  offset: number;
  vaddr: number;
  filesz: number;
}

/** What the collector needs of an ELF file; given by the symbolizer's reader through the composition root. */
export type ElfLayout =
  | { ok: true; buildId: string; size: number; segments: readonly ElfSegment[]; contentKey: string }
  | { ok: false; reason: string };
export type ElfLayoutReader = (fd: number) => ElfLayout;

export type RefKind = 'file' | 'vdso' | 'jit';

export interface SeenIn {
  pid: number;
  start: bigint;
  end: bigint;
}

export class ObjectRef {
  readonly kind: RefKind;
  readonly path: string;
  readonly inode: string;
  /** Set once the file has been looked at, or at once for what has no file. */
  object: CodeObject | null = null;
  segments: readonly ElfSegment[] = [];
  /** Pending while the file is being opened. */
  loading: Promise<void> | null = null;
  /** A mapping through which the file can be opened. */
  seenIn: SeenIn | null = null;
  /** When that was, ms since the epoch. */
  seenAtMs = 0;
  /** The mapping through which opening it was last tried and failed; null where it has been read. */
  failedIn: SeenIn | null = null;

  /** `inode`: of the file; '' for what has none. */
  constructor(kind: RefKind, path: string, inode = '') {
    this.kind = kind;
    this.path = path;
    this.inode = inode;
  }

  /** Address in the object of the byte at `offset` in the file. Needs `object`. */
  addressOf(offset: number): number {
    if (this.object?.addressing !== 'elf') return offset;
    // A mapping covers whole pages, so it reaches a little before the segment's bytes, where another's may lie.
    const segment = this.#segmentFrom(offset, (s) => s.offset) ?? this.#segmentFrom(offset, pageStart);
    const address = segment ? offset - segment.offset + segment.vaddr : offset;
    // Anyone can map a file whose headers are nonsense.
    return Number.isSafeInteger(address) && address >= 0 ? address : offset;
  }

  #segmentFrom(offset: number, start: (segment: ElfSegment) => number): ElfSegment | undefined {
    return this.segments.find((s) => offset >= start(s) && offset < s.offset + s.filesz);
  }
}

function pageStart({ offset }: ElfSegment): number {
  return offset - (offset % 4096);
}
