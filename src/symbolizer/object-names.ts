// ObjectNames: what answers for one object's addresses, whatever the format behind it.
import { fstatSync } from 'node:fs';
import type { MissReason } from '../model/frame.ts';
import type { ByteSource, FdSource } from '../binary/byte-source.ts';
import { ElfFile } from '../binary/elf/elf-file.ts';
import { ElfSymbols } from './elf/elf-symbols.ts';
import { elfLayout, fileOffsetToAddress, type LoadSegment } from '../binary/elf/layout.ts';
import type { Kallsyms } from './kernel/kallsyms.ts';
import { JitFile } from './jit/jit-file.ts';
import type { SymbolizeRequest } from './protocol.ts';

export type NameResult = { ok: true; name: string } | { ok: false; reason: MissReason };

/** Holds an index, not a descriptor: the object is open for the length of a job only. */
export interface ObjectNames {
  readonly byteLength: number;
  nameAt(address: number, source: ByteSource): NameResult;
}

export class NoNames implements ObjectNames {
  readonly byteLength = 0;
  private readonly miss: NameResult;

  constructor(reason: MissReason) {
    this.miss = { ok: false, reason };
  }

  nameAt(): NameResult {
    return this.miss;
  }
}

/** ELF files and copies of the vDSO. */
export class ElfNames implements ObjectNames {
  private readonly symbols: ElfSymbols;
  private readonly toElfAddress: (address: number) => number | null;

  constructor(symbols: ElfSymbols, toElfAddress: (address: number) => number | null) {
    this.symbols = symbols;
    this.toElfAddress = toElfAddress;
  }

  get byteLength(): number {
    return this.symbols.byteLength;
  }

  nameAt(address: number, source: ByteSource): NameResult {
    const elfAddress = this.toElfAddress(address);
    const found = elfAddress === null ? null : this.symbols.symbolAt(elfAddress, source);
    return named(found?.name ?? '');
  }
}

/** Kept between jobs, each of which reads what was appended since. */
export class JitNames implements ObjectNames {
  private readonly code = new JitFile();

  get byteLength(): number {
    return this.code.byteLength;
  }

  /** `source` is read until the next call. */
  refresh(source: ByteSource): void {
    this.code.refresh(source);
  }

  nameAt(address: number): NameResult {
    return named(this.code.framesAt(address)?.[0]?.name ?? '');
  }
}

export function kernelNameAt(kallsyms: Kallsyms, request: SymbolizeRequest, address: number): NameResult {
  const { kind, path } = request.object;
  if (kind === 'kernel') return named(kallsyms.kernelName(address) ?? '');
  if (!kallsyms.hasModule(path)) return { ok: false, reason: 'no-symbols' };
  return named(kallsyms.moduleName(path, address, request.base) ?? '');
}

/** Throws `BinaryFormatError`, and what reading throws. */
export function readObjectNames(request: SymbolizeRequest, source: FdSource): ObjectNames {
  return request.object.kind === 'jit' ? new JitNames() : readElfNames(request, source);
}

/**
 * What an index was made from. Another file may stand behind the same object the next time, such as a stripped copy;
 * names of JIT code find out for themselves. Throws `BinaryFormatError`.
 */
export function stampOf(request: SymbolizeRequest, source: FdSource): string {
  if (request.object.kind === 'jit') return '';
  const { size, mtimeMs } = fstatSync(request.fd);
  const buildId = new ElfFile(source).buildId();
  // Two copies of one build in two containers differ in their times only.
  return buildId === '' ? `${size}:${mtimeMs}` : `${size}:${buildId}`;
}

function readElfNames(request: SymbolizeRequest, source: FdSource): ObjectNames {
  const elf = new ElfFile(source);
  const expected = request.object.buildId;
  const found = expected === '' ? '' : elf.buildId();
  // The path leads to another build by now (a package was upgraded): its names would be wrong, not just missing.
  if (found !== '' && found !== expected) return new NoNames('no-file');
  const symbols = ElfSymbols.read(elf);
  return symbols === null ? new NoNames('no-symbols') : new ElfNames(symbols, addressMap(request, elf));
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

function named(name: string): NameResult {
  return name === '' ? { ok: false, reason: 'not-covered' } : { ok: true, name };
}
