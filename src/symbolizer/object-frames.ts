// ObjectFrames: what answers for one object's addresses, whatever the format behind it.
import { ElfFile } from '../binary/elf/elf-file.ts';
import { elfLayout, fileOffsetToAddress, type LoadSegment } from '../binary/elf/layout.ts';
import { stampOf } from '../model/file-stamp.ts';
import type { MissReason } from '../model/frame.ts';
import { BpfProgram } from './bpf/bpf-program.ts';
import { CompanionFiles } from './companion-files.ts';
import { ElfFrames, type ReaderLimits } from './elf-frames.ts';
import { JitFile } from './jit/jit-file.ts';
import { LentSource } from './lent-source.ts';
import type { SymbolizeRequest } from './protocol.ts';
import type { SourceFrame } from './source-frame.ts';

export type FramesResult = { ok: true; frames: SourceFrame[] } | { ok: false; reason: MissReason };

/** Kept between jobs; files are there only between `lend` and `takeBack`. */
export interface ObjectFrames {
  readonly byteLength: number;
  /** False where the files are others by now. Throws `BinaryFormatError`, and what reading throws. */
  lend(request: SymbolizeRequest): boolean;
  /** Throws as `lend` does, and `CompanionsWanted`. */
  framesAt(address: number): FramesResult;
  /** False where a file was changed while it was read: then the answers are of no state of it. */
  unchanged(): boolean;
  takeBack(): void;
  /** Of code that is made at run time: as `JitCode` has it. */
  takeReplaced?(): number;
  /** Gives back what it holds besides memory. */
  close(): void;
}

/** Throws `BinaryFormatError`, and what reading throws. Everything that is wanted is lent. */
export function readObjectFrames(request: SymbolizeRequest, limits: ReaderLimits = {}): ObjectFrames {
  const { kind, path } = request.object;
  if (kind === 'jit') return new JitFrames(request.fd);
  return kind === 'bpf' ? new BpfFrames(request.fd, path) : new FileFrames(request, limits);
}

/** ELF files and copies of the vDSO. */
class FileFrames implements ObjectFrames {
  private readonly source: LentSource;
  private readonly stamp: string;
  private readonly companions = new CompanionFiles();
  private readonly elf: ElfFile;
  private readonly limits: ReaderLimits;
  private readonly path: string;
  /** Null before it was first asked for anything. */
  private frames: ElfFrames | null = null;
  private readonly miss: MissReason | null;
  private readonly toElfAddress: (address: number) => number | null;

  constructor(request: SymbolizeRequest, limits: ReaderLimits) {
    this.limits = limits;
    this.source = new LentSource(request.fd);
    this.stamp = stampOf(request.fd);
    this.companions.lend(request.companions);
    this.elf = new ElfFile(this.source);
    this.path = request.object.path.startsWith('/') ? request.object.path : '';
    this.miss = isOtherBuild(this.elf, request.object.buildId) ? 'no-file' : null;
    this.toElfAddress = addressMap(request, this.elf);
  }

  get byteLength(): number {
    return this.frames?.byteLength ?? 0;
  }

  lend({ fd, companions }: SymbolizeRequest): boolean {
    if (stampOf(fd) !== this.stamp) return false;
    this.source.lend(fd);
    return this.companions.lend(companions);
  }

  framesAt(address: number): FramesResult {
    if (this.miss !== null) return { ok: false, reason: this.miss };
    const options = {
      path: this.path,
      companion: this.companions.open.bind(this.companions),
      ...this.limits,
    };
    this.frames ??= ElfFrames.read(this.elf, options);
    if (this.frames === null) return { ok: false, reason: 'no-symbols' };
    const elfAddress = this.toElfAddress(address);
    return found(elfAddress === null ? null : this.frames.framesAt(elfAddress));
  }

  unchanged(): boolean {
    return this.source.stamp === this.stamp && this.companions.unchanged();
  }

  takeBack(): void {
    this.source.takeBack();
    this.companions.takeBack();
  }

  close(): void {
    this.frames?.close();
  }
}

/** A perf map or a jitdump; each job reads what was appended since. */
class JitFrames implements ObjectFrames {
  private readonly code = new JitFile();
  private source: LentSource;

  constructor(fd: number) {
    this.source = new LentSource(fd);
    this.code.refresh(this.source);
  }

  get byteLength(): number {
    return this.code.byteLength;
  }

  lend({ fd }: SymbolizeRequest): boolean {
    this.source = new LentSource(fd);
    this.code.refresh(this.source);
    return true;
  }

  framesAt(address: number): FramesResult {
    return found(this.code.framesAt(address));
  }

  /** It grows as it likes. */
  unchanged(): boolean {
    return true;
  }

  takeBack(): void {
    this.source.takeBack();
  }

  takeReplaced(): number {
    return this.code.takeReplaced();
  }

  close(): void {
    // Nothing but memory.
  }
}

class BpfFrames implements ObjectFrames {
  private readonly source: LentSource;
  private readonly stamp: string;
  private readonly program: BpfProgram;
  private readonly symbol: string;

  constructor(fd: number, symbol: string) {
    this.source = new LentSource(fd);
    this.stamp = stampOf(fd);
    this.program = BpfProgram.read(this.source);
    this.symbol = symbol;
  }

  get byteLength(): number {
    return this.program.byteLength;
  }

  lend({ fd }: SymbolizeRequest): boolean {
    this.source.lend(fd);
    return stampOf(fd) === this.stamp;
  }

  framesAt(address: number): FramesResult {
    return found(this.program.framesAt(this.symbol, address));
  }

  unchanged(): boolean {
    return this.source.stamp === this.stamp;
  }

  takeBack(): void {
    this.source.takeBack();
  }

  close(): void {
    // Nothing but memory.
  }
}

/** The path leads to another build by now (a package was upgraded): its names would be wrong, not just missing. */
function isOtherBuild(elf: ElfFile, expected: string): boolean {
  if (expected === '') return false;
  const buildId = elf.buildId();
  return buildId !== '' && buildId !== expected;
}

function addressMap(request: SymbolizeRequest, elf: ElfFile): (address: number) => number | null {
  switch (request.object.addressing) {
    case 'base': {
      const base = elf.baseAddress();
      return (address) => base + address;
    }
    case 'file-offset': {
      const segments: LoadSegment[] = elfLayout(elf.source).segments;
      return (address) => fileOffsetToAddress(segments, address);
    }
    case 'elf':
    case 'absolute':
      return (address) => address;
  }
}

function found(frames: SourceFrame[] | null): FramesResult {
  const named = frames?.some(({ name }) => name !== '') === true;
  return named ? { ok: true, frames: frames } : { ok: false, reason: 'not-covered' };
}
