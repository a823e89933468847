// The service's side of the socket pair: asks the sampler, waits for answers, gives up after a while.
import { closeSync } from 'node:fs';
import type { MissReason } from '../model/frame.ts';
import type { OpenedObject, OpenResult } from '../model/object-source.ts';
import type { NativeChannel } from './native.ts';
import { isNativeError, native } from './native.ts';
import type { BpfDump, ProcSnapshot } from './sampler-host.ts';
import type { BpfAnswer, OpenAnswer, Response, SamplerMethod, SamplerMethods } from './sampler-rpc.ts';
import { decodeMessage, encodeMessage } from './sampler-rpc.ts';

/** A sampler that is being restarted answers nothing: what it was asked is asked again later, if still wanted. */
const PATIENCE_MS = 5000;

interface Waiting {
  onPart: ((part: ProcSnapshot) => void) | undefined;
  finish: (result: unknown, fd: number) => void;
  timer: NodeJS.Timeout;
}

type Opened<A> = Extract<A, { ok: true }>;

/** The sampler did not answer in time, or is so far behind that it cannot be asked. */
export class SamplerUnavailable extends Error {}

export class SamplerClient {
  readonly #channel: NativeChannel;
  readonly #waiting = new Map<number, Waiting>();
  // An earlier service on the same socket pair may have left answers under way: its numbers must not be ours.
  #nextId = Math.floor(Math.random() * 2 ** 31) * 1024;

  constructor(fd: number) {
    this.#channel = new (native().Channel)(fd, (bytes, fds) => this.#onMessage(bytes, fds));
  }

  call<M extends SamplerMethod>(
    method: M,
    args: SamplerMethods[M]['args'],
  ): Promise<SamplerMethods[M]['result']> {
    return this.#request(method, args, undefined, (result) => result as SamplerMethods[M]['result']);
  }

  open(method: SamplerMethod, args: SamplerMethods[SamplerMethod]['args']): Promise<OpenResult> {
    return this.#open(method, args, (opened) => opened);
  }

  openBpfProgram(id: number): Promise<BpfDump | { ok: false; reason: MissReason }> {
    return this.#open('openBpfProgram', { id }, (opened, answer) => {
      const { bytes, tags } = answer as Opened<BpfAnswer>;
      return { ...opened, bytes, tags };
    });
  }

  /** `describe` adds what the answer says of an opened file. */
  async #open<T extends OpenedObject>(
    method: SamplerMethod,
    args: SamplerMethods[SamplerMethod]['args'],
    describe: (opened: OpenedObject, answer: Opened<OpenAnswer>) => T,
  ): Promise<T | { ok: false; reason: MissReason }> {
    try {
      return await this.#request(method, args, undefined, (result, fd) => {
        const answer = result as OpenAnswer | null;
        if (!answer?.ok || fd < 0)
          return { ok: false, reason: answer && !answer.ok ? answer.reason : 'no-file' } as const;
        return describe({ ok: true, fd, close: () => closeSync(fd) }, answer);
      });
    } catch (error) {
      if (error instanceof SamplerUnavailable) return { ok: false, reason: 'no-file' };
      throw error;
    }
  }

  /** Calls `onPart` for each process (again, with further mappings, where it has many). */
  stream(
    method: 'processes' | 'processInfo',
    args: { pid: number } | Record<string, never>,
    onPart: (part: ProcSnapshot) => void,
  ): Promise<void> {
    return this.#request(method, args, onPart, () => undefined);
  }

  close(): void {
    this.#channel.close();
    for (const waiting of this.#waiting.values()) clearTimeout(waiting.timer);
    this.#waiting.clear();
  }

  #request<T>(
    method: SamplerMethod,
    args: SamplerMethods[SamplerMethod]['args'],
    onPart: Waiting['onPart'],
    convert: (result: unknown, fd: number) => T,
  ): Promise<T> {
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(id);
        reject(new SamplerUnavailable(`the sampler did not answer ${method} within ${PATIENCE_MS} ms`));
      }, PATIENCE_MS);
      this.#waiting.set(id, { onPart, timer, finish: (result, fd) => resolve(convert(result, fd)) });
      try {
        // Never waits: this is the thread that answers HTTP.
        this.#channel.send(encodeMessage({ id, method, args }), [], false);
      } catch (error) {
        if (!isNativeError(error)) throw error;
        clearTimeout(timer);
        this.#waiting.delete(id);
        reject(new SamplerUnavailable(`the sampler takes no requests: ${error.message}`));
      }
    });
  }

  #onMessage(bytes: Buffer | null, fds: number[]): void {
    if (!bytes) return; // the launcher is gone, and takes us with it
    const response = decodeMessage(bytes) as Response;
    const waiting = this.#waiting.get(response.id);
    if (!waiting) {
      for (const fd of fds) closeSync(fd);
      return;
    }
    waiting.timer.refresh();
    if (response.part) waiting.onPart?.(response.part);
    if (!response.done) return;
    clearTimeout(waiting.timer);
    this.#waiting.delete(response.id);
    waiting.finish(response.result, fds[0] ?? -1);
  }
}
