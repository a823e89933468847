// What the launcher tells the sampler of loaded BPF programs (native/program-answers.h): it alone may ask the kernel by id.
import type { MissReason } from '../model/frame.ts';
import type { OpenedBpfProgram } from './host-access.ts';
import type { KitReceiver } from './remote-sampler-host.ts';

/** Of asm-generic/errno-base.h. */
const [EPERM, EACCES] = [1, 13];

export class LauncherPrograms {
  readonly #launcher: Pick<KitReceiver, 'send'>;
  /** The launcher answers in the order in which it was asked. */
  readonly #waiting: ((text: string, fds: readonly number[]) => void)[] = [];

  constructor(launcher: Pick<KitReceiver, 'send' | 'onChange'>) {
    this.#launcher = launcher;
    launcher.onChange((text, fds) => this.#waiting.shift()?.(text, fds));
  }

  ids(): Promise<number[]> {
    return this.#ask('L', (text) => text.split(' ').slice(1).map(Number));
  }

  open(id: number): Promise<OpenedBpfProgram> {
    return this.#ask(`P ${id}`, decodeDump);
  }

  #ask<T>(question: string, decode: (text: string, fds: readonly number[]) => T): Promise<T> {
    return new Promise((resolve) => {
      this.#waiting.push((text, fds) => resolve(decode(text, fds)));
      this.#launcher.send(Buffer.from(question));
    });
  }
}

/** `P BYTES TAG…` with a descriptor, or `P -CODE`. */
function decodeDump(text: string, [fd]: readonly number[]): OpenedBpfProgram {
  const [, number = '', ...tags] = text.split(' ');
  if (fd === undefined) return { ok: false, reason: missReason(-Number(number)) };
  return { ok: true, fd, bytes: Number(number), tags };
}

function missReason(code: number): MissReason {
  return code === EPERM || code === EACCES ? 'no-permission' : 'no-file';
}
