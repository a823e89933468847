// KernelNames: functions of the kernel and of modules, from /proc/kallsyms as it was read last.
import { IndexCache } from '../index-cache.ts';
import type { FramesResult } from '../object-frames.ts';
import type { SymbolizeRequest } from '../protocol.ts';
import { readKallsyms, type Kallsyms, type KallsymsResult } from './kallsyms.ts';

/** Modules come and go; what is older than this is read again before a module's address is named. */
const MODULES_MAX_AGE_MS = 30_000;
const KEY = 'kallsyms';

interface Entry {
  byteLength: number;
  result: KallsymsResult;
  readAtMs: number;
}

export class KernelNames {
  private readonly kept: IndexCache<Entry>;

  /** An index of more than `maxBytes` is made anew for every job. */
  constructor(maxBytes: number) {
    this.kept = new IndexCache(maxBytes);
  }

  get byteLength(): number {
    return this.kept.byteLength;
  }

  /** Names addresses of the request's object. Throws `BinaryFormatError`, and what reading throws. */
  open(request: SymbolizeRequest): (address: number) => FramesResult {
    const result = this.read(request);
    return result.ok ? (address) => nameAt(result.kallsyms, request, address) : () => result;
  }

  private read(request: SymbolizeRequest): KallsymsResult {
    const known = this.kept.take(KEY);
    const stale = known === undefined || Date.now() - known.readAtMs > MODULES_MAX_AGE_MS;
    // The kernel's own symbols stay where they are until the next boot.
    const entry =
      known?.result.ok === true && (request.object.kind === 'kernel' || !stale)
        ? known
        : readEntry(request.fd);
    if (entry.result.ok) this.kept.set(KEY, entry);
    return entry.result;
  }
}

function readEntry(fd: number): Entry {
  const result = readKallsyms(fd);
  return { byteLength: result.ok ? result.kallsyms.byteLength : 0, result, readAtMs: Date.now() };
}

function nameAt(kallsyms: Kallsyms, { object, base }: SymbolizeRequest, address: number): FramesResult {
  if (object.kind === 'kernel') return named(kallsyms.kernelName(address));
  if (!kallsyms.hasModule(object.path)) return { ok: false, reason: 'no-symbols' };
  return named(kallsyms.moduleName(object.path, address, base));
}

function named(name: string | null): FramesResult {
  if (name === null || name === '') return { ok: false, reason: 'not-covered' };
  return { ok: true, frames: [{ name, file: '', line: 0, column: 0 }] };
}
