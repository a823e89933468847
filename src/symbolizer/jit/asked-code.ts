// AskedCode: what addresses were named, to tell when other code has come to stand there.
import type { CodeMap } from './code-map.ts';

/** Further addresses are not watched. A process's hot code has some thousands. */
const MAX_ASKED = 4096;
/** Of a Map's entry and the object in it; the names are shared with the answers. */
const ASKED_BYTES = 160;
/** No entry has this number: the name decides. */
const UNKNOWN = -2;

export class AskedCode {
  private readonly asked = new Map<number, { entry: number; name: string }>();
  private replaced = 0;

  get byteLength(): number {
    return this.asked.size * ASKED_BYTES;
  }

  /** `name`: as the file has it. */
  note(address: number, entry: number, name: string): void {
    if (this.asked.size < MAX_ASKED || this.asked.has(address)) this.asked.set(address, { entry, name });
  }

  /** Entries have got other numbers. */
  forgetNumbers(): void {
    for (const asked of this.asked.values()) asked.entry = UNKNOWN;
  }

  /** After the map has changed. Code that went without other code in its place counts as well. */
  compare(map: CodeMap, nameOf: (entry: number) => string): void {
    for (const [address, asked] of this.asked) {
      const entry = map.find(address);
      if (entry === asked.entry) continue;
      if (entry >= 0 && nameOf(entry) === asked.name) {
        asked.entry = entry;
      } else {
        this.asked.delete(address);
        this.replaced++;
      }
    }
  }

  take(): number {
    const { replaced } = this;
    this.replaced = 0;
    return replaced;
  }
}
