// SymbolizeJobs: what the worker does for a request. Free of threads, so that tests run it as it is.
import type { MissReason } from '../model/frame.ts';
import { BinaryFormatError } from '../binary/binary-format-error.ts';
import { FdSource, isSystemError } from '../binary/byte-source.ts';
import { IndexCache } from './index-cache.ts';
import { readKallsyms, type KallsymsResult } from './kernel/kallsyms.ts';
import { readKernelLayout } from './kernel/kernel-layout.ts';
import {
  kernelNameAt,
  NoNames,
  readObjectNames,
  stampOf,
  type NameResult,
  type ObjectNames,
} from './object-names.ts';
import {
  missOutcome,
  missReply,
  type KernelLayoutReply,
  type Reply,
  type Request,
  type SymbolizeReply,
  type SymbolizeRequest,
} from './protocol.ts';

/** Modules come and go; what is older than this is read again before a module's address is named. */
const MODULES_MAX_AGE_MS = 30_000;
const KALLSYMS_KEY = 'kallsyms';

interface KallsymsEntry {
  byteLength: number;
  result: KallsymsResult;
  readAtMs: number;
}

export class SymbolizeJobs {
  private readonly objects: IndexCache<ObjectNames>;
  private readonly kallsyms: IndexCache<KallsymsEntry>;

  /** Half a budget for files and half for kallsyms, whose index is one of 5 to 12 MB. */
  constructor(maxIndexBytes: number) {
    this.objects = new IndexCache(maxIndexBytes / 2);
    this.kallsyms = new IndexCache(maxIndexBytes / 2);
  }

  get indexBytes(): number {
    return this.objects.byteLength + this.kallsyms.byteLength;
  }

  /** Misses are values; what is thrown is a fault of ours. */
  run(request: Request): Reply {
    return request.type === 'symbolize' ? this.symbolize(request) : kernelLayout(request.fd);
  }

  private symbolize(request: SymbolizeRequest): SymbolizeReply {
    try {
      const nameAt = this.naming(request);
      return nameAll(request.addresses, nameAt);
    } catch (error) {
      return missReply(request.addresses.length, reasonOf(error));
    }
  }

  private naming(request: SymbolizeRequest): (address: number) => NameResult {
    const { kind } = request.object;
    if (kind === 'kernel' || kind === 'module') {
      const result = this.readKallsyms(request);
      if (!result.ok) return () => result;
      return (address) => kernelNameAt(result.kallsyms, request, address);
    }
    const source = new FdSource(request.fd);
    const names = this.objectNames(request, source);
    return (address) => nameOrBadFormat(names, address, source);
  }

  private objectNames(request: SymbolizeRequest, source: FdSource): ObjectNames {
    const key = request.object.id.toString(16);
    const stamp = stampOf(request, source);
    const known = this.objects.get(key, stamp);
    if (known !== undefined) return known;
    const names = readObjectNames(request, source);
    // That a file has nothing to say is found again at little cost, and need not hold for the next one opened.
    if (!(names instanceof NoNames)) this.objects.set(key, stamp, names);
    return names;
  }

  private readKallsyms(request: SymbolizeRequest): KallsymsResult {
    const known = this.kallsyms.get(KALLSYMS_KEY, '');
    const stale = known === undefined || Date.now() - known.readAtMs > MODULES_MAX_AGE_MS;
    // The kernel's own symbols stay where they are until the next boot.
    if (known?.result.ok === true && (request.object.kind === 'kernel' || !stale)) return known.result;
    const result = readKallsyms(request.fd);
    const byteLength = result.ok ? result.kallsyms.byteLength : 0;
    if (result.ok) this.kallsyms.set(KALLSYMS_KEY, '', { byteLength, result, readAtMs: Date.now() });
    return result;
  }
}

function kernelLayout(fd: number): KernelLayoutReply {
  try {
    return { type: 'kernel-layout', layout: readKernelLayout(fd) };
  } catch (error) {
    return { type: 'kernel-layout', layout: { ok: false, reason: reasonOf(error) } };
  }
}

function nameAll(addresses: Float64Array, nameAt: (address: number) => NameResult): SymbolizeReply {
  const names: string[] = [];
  const places = new Map<string, number>();
  const outcome = Int32Array.from(addresses, (address) => {
    const result = nameAt(address);
    if (!result.ok) return missOutcome(result.reason);
    let place = places.get(result.name);
    if (place === undefined) {
      place = names.push(result.name) - 1;
      places.set(result.name, place);
    }
    return place;
  });
  return { type: 'symbolize', names, outcome };
}

/** One symbol whose name lies outside the string table does not cost the others theirs. */
function nameOrBadFormat(names: ObjectNames, address: number, source: FdSource): NameResult {
  try {
    return names.nameAt(address, source);
  } catch (error) {
    return { ok: false, reason: reasonOf(error) };
  }
}

function reasonOf(error: unknown): MissReason {
  if (error instanceof BinaryFormatError) return 'bad-format';
  if (isSystemError(error)) {
    return error.code === 'EACCES' || error.code === 'EPERM' ? 'no-permission' : 'no-file';
  }
  throw error;
}
