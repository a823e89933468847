// Which blocks can be read: looked at once, set aside where their files are not what their manifests say.
import type { StoredBlock } from './block-table.ts';

export interface BlockHealthParts {
  /** Why a block cannot be read; '' where it can. With `content` by all of its bytes, else by names and sizes. */
  fault: (id: string, content: boolean) => Promise<string>;
  /** Keeps it for the next start. */
  setAside: (id: string, reason: string) => void;
  tell: (line: string) => void;
}

export class BlockHealth {
  readonly #parts: BlockHealthParts;
  /** Blocks all of whose bytes are known to be right. */
  readonly #sound = new Set<string>();
  /** Blocks that are being read through. */
  readonly #checks = new Map<string, Promise<string>>();
  /** Blocks that cannot be read, with the reason. */
  readonly #broken = new Map<string, string>();

  constructor(parts: BlockHealthParts) {
    this.#parts = parts;
  }

  /** We have written it, or read it through, ourselves. */
  trust(id: string): void {
    this.#sound.add(id);
  }

  /** It is gone, or to be read through again. */
  forget(id: string): void {
    this.#sound.delete(id);
    this.#broken.delete(id);
  }

  isKnownSound(id: string): boolean {
    return this.#sound.has(id);
  }

  /** Sets it aside where a file is missing or has another size. */
  async look(id: string): Promise<void> {
    const fault = await this.#parts.fault(id, false);
    if (fault !== '') this.#setAside(id, fault);
  }

  /** All of its bytes are read once, before anything of them is shown; it is set aside where they are not right. */
  async isSound(id: string): Promise<boolean> {
    if (this.#sound.has(id)) return true;
    let check = this.#checks.get(id);
    if (check === undefined) {
      check = this.#parts.fault(id, true);
      this.#checks.set(id, check);
    }
    const fault = await check;
    this.#checks.delete(id);
    if (fault === '') this.#sound.add(id);
    else this.#setAside(id, fault);
    return fault === '';
  }

  /** As others see it; undefined where they do not: while it is written, and when it is gone. */
  shown(block: StoredBlock): StoredBlock | undefined {
    if (block.state !== 'live' && block.state !== 'broken') return undefined;
    const reason = this.#broken.get(block.id);
    return reason === undefined ? block : { ...block, state: 'broken', reason };
  }

  #setAside(id: string, reason: string): void {
    if (this.#broken.has(id)) return;
    this.#broken.set(id, reason);
    this.#parts.tell(`block ${id} is set aside: ${reason}; its samples are missing from every answer`);
    this.#parts.setAside(id, reason);
  }
}
