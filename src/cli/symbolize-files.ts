// Files that `symbolize` has open: a filter is asked for the same few again and again.
import { BinaryFormatError } from '../binary/binary-format-error.ts';
import type { DebugFileServers } from '../symbolizer/companion-opener.ts';
import { FileSymbolizer } from '../symbolizer/file-symbolizer.ts';
import { CommandFailure, errorCode } from './failure.ts';

/** Each with its debug file and what has been decoded of it: some tens of MB. */
const MAX_OPEN = 16;

export class OpenFiles {
  private readonly servers: DebugFileServers | null;
  /** Least recently used first; the reason where a file cannot be used. */
  private readonly files = new Map<string, FileSymbolizer | Error>();

  constructor(servers: DebugFileServers | null) {
    this.servers = servers;
  }

  /** The file, or why it cannot be used. */
  open(path: string): FileSymbolizer | Error {
    const known = this.files.get(path) ?? this.tryOpen(path);
    this.files.delete(path);
    this.files.set(path, known);
    if (this.files.size > MAX_OPEN) this.drop(this.files.keys().next().value!);
    return known;
  }

  openOrFail(path: string): void {
    const file = this.open(path);
    if (file instanceof FileSymbolizer) return;
    const why =
      file instanceof BinaryFormatError
        ? `not an ELF file, or a damaged one (${file.message})`
        : errorCode(file);
    throw new CommandFailure(`cannot symbolize ${path}: ${why}`, { cause: file });
  }

  close(): void {
    for (const path of this.files.keys()) this.drop(path);
  }

  private drop(path: string): void {
    const file = this.files.get(path);
    this.files.delete(path);
    if (file instanceof FileSymbolizer) file.close();
  }

  private tryOpen(path: string): FileSymbolizer | Error {
    try {
      return new FileSymbolizer(path, this.servers);
    } catch (error) {
      return error instanceof Error ? error : new Error(String(error));
    }
  }
}
