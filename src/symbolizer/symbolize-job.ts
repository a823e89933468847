// SymbolizeJobs: what the worker does for a request. Free of threads, so that tests run it as it is.
import { BinaryFormatError } from '../binary/binary-format-error.ts';
import { isSystemError } from '../binary/byte-source.ts';
import { withoutVersion } from '../binary/symbol-name.ts';
import type { MissReason } from '../model/frame.ts';
import { PrototypeCache } from './btf/prototype-cache.ts';
import { ChainWriter } from './chain-columns.ts';
import { keyOf } from './companion-files.ts';
import { CompanionsWanted } from './companions-wanted.ts';
import type { CompanionRequest } from './debug-files/companion-request.ts';
import { Demangler } from './demangle/demangler.ts';
import type { ReaderLimits } from './elf-frames.ts';
import { IndexCache } from './index-cache.ts';
import { readKernelLayout } from './kernel/kernel-layout.ts';
import { KernelNames } from './kernel/kernel-names.ts';
import { readObjectFrames, type FramesResult, type ObjectFrames } from './object-frames.ts';
import {
  missReply,
  type CompanionsReply,
  type KernelLayoutReply,
  type Reply,
  type Request,
  type SymbolizeReply,
  type SymbolizeRequest,
} from './protocol.ts';

/** Companions wanted at once; a program's split units may be thousands. */
const MAX_WANTED = 64;
/** Of a decompressed section in memory; a larger one lies in a temporary file. */
const MAX_SECTION_BYTES = 4 << 20;
const DEMANGLER_BYTES = 4 << 20;

export class SymbolizeJobs {
  private readonly objects: IndexCache<ObjectFrames>;
  private readonly kernel: KernelNames;
  private readonly prototypes = new PrototypeCache();
  private readonly limits: ReaderLimits;
  private readonly demangler = new Demangler(DEMANGLER_BYTES);

  /** Half a budget for files and half for kallsyms, whose index is one of 5 to 12 MB. */
  constructor(maxIndexBytes: number, spillDirectory?: string) {
    const filesBytes = maxIndexBytes / 2;
    this.limits = {
      sections: {
        maxMemoryBytes: MAX_SECTION_BYTES,
        ...(spillDirectory !== undefined && { spillDirectory }),
      },
      // What is larger than the budget for all files would not be kept at all.
      maxUnitBytes: filesBytes / 2,
    };
    this.objects = new IndexCache(filesBytes, (frames) => frames.close());
    this.kernel = new KernelNames(maxIndexBytes / 2);
  }

  get indexBytes(): number {
    return this.objects.byteLength + this.kernel.byteLength;
  }

  /** Misses are values; what is thrown is a fault of ours. */
  run(request: Request): Reply {
    switch (request.type) {
      case 'symbolize':
        return this.symbolize(request);
      case 'kernel-layout':
        return kernelLayout(request.fd);
      case 'prototypes':
        return { type: 'prototypes', prototypes: this.prototypes.of(request.names, request.fd) };
    }
  }

  private symbolize(request: SymbolizeRequest): SymbolizeReply | CompanionsReply {
    const { kind } = request.object;
    try {
      if (kind === 'kernel' || kind === 'module') {
        const framesAt = this.kernel.open(request);
        return this.nameAll(request, framesAt);
      }
      return this.nameFile(request);
    } catch (error) {
      return missReply(request.addresses.length, reasonOf(error));
    }
  }

  private nameFile(request: SymbolizeRequest): SymbolizeReply | CompanionsReply {
    const key = request.object.id.toString(16);
    const known = this.objects.take(key);
    const lent = known?.lend(request) === true;
    if (!lent) known?.close();
    const frames = lent ? known : readObjectFrames(request, this.limits);
    try {
      const reply = this.nameAll(request, (address) => frames.framesAt(address));
      // Asked again when nobody writes to it any more.
      if (!frames.unchanged()) return missReply(request.addresses.length, 'no-file');
      const replaced = (frames.takeReplaced?.() ?? 0) > 0;
      return replaced && reply.type === 'symbolize' ? { ...reply, codeReplaced: true } : reply;
    } finally {
      frames.takeBack();
      this.objects.set(key, frames);
    }
  }

  private nameAll(
    { addresses, object: { kind } }: SymbolizeRequest,
    framesAt: (address: number) => FramesResult,
  ): SymbolizeReply | CompanionsReply {
    const versioned = kind === 'elf' || kind === 'vdso';
    const writer = new ChainWriter(addresses.length, (name) =>
      this.demangler.demangle(versioned ? withoutVersion(name) : name),
    );
    const wanted = new Map<string, CompanionRequest>();
    for (const address of addresses) {
      const result = resultAt(address, framesAt, wanted);
      if (result.ok) writer.chain(result.frames);
      else writer.miss(result.reason);
      if (wanted.size >= MAX_WANTED) break;
    }
    if (wanted.size > 0) return { type: 'companions', wanted: [...wanted.values()] };
    return { type: 'symbolize', columns: writer.finish() };
  }
}

/** What is malformed for one address does not cost the others their names. */
function resultAt(
  address: number,
  framesAt: (address: number) => FramesResult,
  wanted: Map<string, CompanionRequest>,
): FramesResult {
  try {
    return framesAt(address);
  } catch (error) {
    if (!(error instanceof CompanionsWanted)) return { ok: false, reason: reasonOf(error) };
    wanted.set(keyOf(error.request), error.request);
    return { ok: false, reason: 'no-file' };
  }
}

function kernelLayout(fd: number): KernelLayoutReply {
  try {
    return { type: 'kernel-layout', layout: readKernelLayout(fd) };
  } catch (error) {
    return { type: 'kernel-layout', layout: { ok: false, reason: reasonOf(error) } };
  }
}

function reasonOf(error: unknown): MissReason {
  if (error instanceof BinaryFormatError) return 'bad-format';
  if (isSystemError(error)) {
    return error.code === 'EACCES' || error.code === 'EPERM' ? 'no-permission' : 'no-file';
  }
  throw error;
}
