// The sampler's side of the socket pair: answers what the service may ask for.
import { closeSync } from 'node:fs';
import * as host from './host-access.ts';
import type { LauncherPrograms } from './launcher-programs.ts';
import type { NativeChannel } from './native.ts';
import { native } from './native.ts';
import { readProcess } from './proc.ts';
import type { KernelFile, ProcSnapshot } from './sampler-host.ts';
import type { Request, Response, SamplerMethods } from './sampler-rpc.ts';
import { decodeMessage, encodeMessage, MAPPINGS_PER_PART } from './sampler-rpc.ts';

const KERNEL_FILES: readonly string[] = ['kallsyms', 'modules'] satisfies KernelFile[];

function isPositiveInt32(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value > 0 && value < 2 ** 31;
}

/** PATH_MAX. /proc/PID/maps prints longer paths, which nobody can open. */
const MAX_PATH = 4096;
/**
 * JSON of a part's mappings, bytes. A character takes up to 6 bytes, so `exe`, `cgroup` and one more mapping may add
 * 24 KiB each, and the message stays below the largest (96 KiB).
 */
const MAX_PART_BYTES = 20 * 1024;

/** Cuts a process's mappings into pieces that fit into a message, however long the paths that it has made. */
export function processParts(process: ProcSnapshot): ProcSnapshot[] {
  let part: ProcSnapshot = { ...process, mappings: [] };
  const parts = [part];
  let bytes = 0;
  for (const mapping of process.mappings) {
    if (part.mappings.length === MAPPINGS_PER_PART || bytes > MAX_PART_BYTES) {
      parts.push((part = { ...process, mappings: [] }));
      bytes = 0;
    }
    const path = mapping.path.slice(0, MAX_PATH);
    part.mappings.push({ ...mapping, path });
    bytes += Buffer.byteLength(JSON.stringify(path));
  }
  return parts;
}

/** What the server needs besides /proc and files. */
export interface KernelSide {
  /** Makes a shard and hands it on; false where there may be no more. */
  growArena(): boolean;
  programs: Pick<LauncherPrograms, 'ids' | 'open'>;
}

/** Null for what is no request: whoever sends that gets no answer, and ends nobody. */
export function readRequest(bytes: Buffer): Request | null {
  try {
    const message = decodeMessage(bytes) as Partial<Request> | null;
    const { id, method, args } = message ?? {};
    const valid = typeof id === 'number' && typeof method === 'string' && typeof args === 'object' && args;
    return valid ? (message as Request) : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

export class SamplerServer {
  readonly #channel: NativeChannel;
  readonly #kernel: KernelSide;

  constructor(fd: number, kernel: KernelSide) {
    this.#kernel = kernel;
    this.#channel = new (native().Channel)(fd, (bytes, fds) => {
      for (const sent of fds) closeSync(sent); // nobody is asked to send any
      // The launcher holds the other end too, so null (gone) means that the launcher is: it takes us with it.
      const request = bytes && readRequest(bytes);
      if (request) void this.#answer(request);
    });
  }

  close(): void {
    this.#channel.close();
  }

  async #answer(request: Request): Promise<void> {
    try {
      await this.#dispatch(request);
    } catch (error) {
      // One bad request must not end the sampler; the service sees a miss.
      console.error(`pilotlight: sampler: ${request.method} failed: ${String(error)}`);
      this.#send({ id: request.id, done: true, result: null });
    }
  }

  async #dispatch(request: Request): Promise<void> {
    const { id, method } = request;
    switch (method) {
      case 'openObject': {
        const { pid, start, end } = request.args as SamplerMethods['openObject']['args'];
        const valid = isPositiveInt32(pid);
        return this.#sendOpened(
          id,
          valid ? host.openMappedFile(pid, BigInt(start), BigInt(end)) : { ok: false, reason: 'no-file' },
        );
      }
      case 'openPerfMap': {
        const { pid } = request.args as SamplerMethods['openPerfMap']['args'];
        return this.#sendOpened(
          id,
          isPositiveInt32(pid) ? host.openPerfMap(pid) : { ok: false, reason: 'no-file' },
        );
      }
      case 'openDebugFile': {
        const { pid, path } = request.args as SamplerMethods['openDebugFile']['args'];
        const valid = (pid === null || isPositiveInt32(pid)) && typeof path === 'string';
        return this.#sendOpened(id, valid ? host.openDebugFile(pid, path) : { ok: false, reason: 'no-file' });
      }
      case 'openKernelFile': {
        const { file } = request.args as SamplerMethods['openKernelFile']['args'];
        const valid = KERNEL_FILES.includes(file);
        return this.#sendOpened(id, valid ? host.openKernelFile(file) : { ok: false, reason: 'no-file' });
      }
      case 'bpfProgramIds':
        return this.#send({ id, done: true, result: await this.#kernel.programs.ids() });
      case 'openBpfProgram': {
        const { id: program } = request.args as SamplerMethods['openBpfProgram']['args'];
        const opened = isPositiveInt32(program) && (await this.#kernel.programs.open(program));
        return this.#sendOpened(id, opened || { ok: false, reason: 'no-file' });
      }
      case 'processInfo': {
        const { pid } = request.args as SamplerMethods['processInfo']['args'];
        const snapshot = isPositiveInt32(pid) ? readProcess(pid) : null;
        if (snapshot) this.#sendProcess(id, snapshot);
        return this.#send({ id, done: true, result: null });
      }
      case 'processes':
        await host.scanProcesses((process) => this.#sendProcess(id, process));
        return this.#send({ id, done: true, result: null });
      case 'cgroupPath': {
        const { version, id: cgroup } = request.args as SamplerMethods['cgroupPath']['args'];
        return this.#send({ id, done: true, result: host.cgroupPath(version, BigInt(cgroup)) });
      }
      case 'podDirectories':
        return this.#send({ id, done: true, result: host.podDirectories() });
      case 'growArena':
        return this.#send({ id, done: true, result: this.#kernel.growArena() });
      case 'usage': {
        const { user, system } = process.cpuUsage();
        const result = { cpuSeconds: (user + system) / 1e6, rssBytes: process.memoryUsage.rss() };
        return this.#send({ id, done: true, result });
      }
    }
  }

  #sendProcess(id: number, process: ProcSnapshot): void {
    for (const part of processParts(process)) this.#send({ id, part });
  }

  #sendOpened(id: number, opened: host.Opened | host.OpenedBpfProgram): void {
    if (!opened.ok) return this.#send({ id, done: true, result: opened });
    const { fd, ...result } = opened;
    try {
      this.#send({ id, done: true, result }, [fd]);
    } finally {
      closeSync(fd);
    }
  }

  #send(response: Response, fds: readonly number[] = []): void {
    this.#channel.send(encodeMessage(response), fds, true);
  }
}
