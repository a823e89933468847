// FileSymbolizer: one ELF file on this host, for the command line: no worker, no store.
import { closeSync } from 'node:fs';
import { resolve } from 'node:path';
import { ElfFile } from '../binary/elf/elf-file.ts';
import type { MissReason } from '../model/frame.ts';
import type { CompanionFile } from './companion-files.ts';
import { keyOf } from './companion-files.ts';
import { CompanionsWanted } from './companions-wanted.ts';
import type { DebugFileServers } from './companion-opener.ts';
import type { CompanionRequest } from './debug-files/companion-request.ts';
import { HostFiles, OPEN_REFUSALS, openInOwnRoot } from './debug-files/host-files.ts';
import { openCompanion } from './debug-files/open-companion.ts';
import { ElfFrames } from './elf-frames.ts';
import { LentSource } from './lent-source.ts';
import type { SourceFrame } from './source-frame.ts';

export interface Symbolized {
  /** Innermost first; empty where nothing is known. */
  frames: SourceFrame[];
  /** Why there are none. */
  reason?: MissReason;
}

/** Debug files, supplement and package, then split units one by one. */
const MAX_WANTED = 100_000;

export class FileSymbolizer {
  private readonly path: string;
  private readonly servers: DebugFileServers | null;
  private readonly hostFiles = new HostFiles(openInOwnRoot);
  private readonly fds: number[] = [];
  private readonly companions = new Map<string, CompanionFile | null>();
  private readonly elf: ElfFile;
  private frames: ElfFrames | null | undefined;

  /** Throws `BinaryFormatError`, or an error whose message says why the file cannot be opened. */
  constructor(path: string, servers: DebugFileServers | null) {
    // Companions are looked for beside it.
    this.path = resolve(path);
    this.servers = servers;
    const opened = this.hostFiles.openRegular('/', path);
    if (!opened.ok) throw new Error(OPEN_REFUSALS[opened.reason]);
    this.fds.push(opened.fd);
    try {
      this.elf = new ElfFile(new LentSource(opened.fd));
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /** At an ELF virtual address. Throws `BinaryFormatError`. */
  async at(address: number): Promise<Symbolized> {
    for (let wanted = 0; wanted < MAX_WANTED; wanted++) {
      try {
        return this.atNow(address);
      } catch (error) {
        if (!(error instanceof CompanionsWanted)) throw error;
        this.companions.set(keyOf(error.request), await this.fetch(error.request));
      }
    }
    return { frames: [], reason: 'no-file' };
  }

  close(): void {
    this.frames?.close();
    for (const fd of this.fds) closeSync(fd);
  }

  private atNow(address: number): Symbolized {
    if (this.frames === undefined) {
      const companion = (request: CompanionRequest): CompanionFile | null => this.companion(request);
      this.frames = ElfFrames.read(this.elf, { path: this.path, companion });
    }
    if (this.frames === null) return { frames: [], reason: 'no-symbols' };
    const frames = this.frames.framesAt(address);
    return frames === null ? { frames: [], reason: 'not-covered' } : { frames };
  }

  private companion(request: CompanionRequest): CompanionFile | null {
    const key = keyOf(request);
    const known = this.companions.get(key);
    if (known !== undefined) return known;
    const found = this.openLocal(request);
    if (found === null && this.servers !== null) throw new CompanionsWanted(request);
    this.companions.set(key, found);
    return found;
  }

  private openLocal(request: CompanionRequest): CompanionFile | null {
    const opened = openCompanion(this.hostFiles, '/', request);
    if (!opened.ok) return null;
    this.fds.push(opened.fd);
    return { path: opened.path, source: new LentSource(opened.fd) };
  }

  private async fetch(request: CompanionRequest): Promise<CompanionFile | null> {
    const { buildId } = request.proof;
    const path = buildId === '' ? null : await this.servers!.find(buildId, request.kind);
    return path === null ? null : this.openLocal({ ...request, paths: [path] });
  }
}
