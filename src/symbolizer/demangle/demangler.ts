// Demangler: `demangle` with a memory, for callers that meet the same names again.
import { demangle } from './demangle.ts';

/** Of a map's entry and two strings' heads. */
const ENTRY_BYTES = 100;

export class Demangler {
  private readonly maxBytes: number;
  /** Least recently used first. */
  private readonly known = new Map<string, string>();
  private bytes = 0;

  /** `maxBytes` bounds what is remembered; a profile's 20,000 names take some 8 MB. */
  constructor(maxBytes: number) {
    this.maxBytes = maxBytes;
  }

  get byteLength(): number {
    return this.bytes;
  }

  demangle(linkageName: string): string {
    const known = this.known.get(linkageName);
    if (known !== undefined) {
      this.known.delete(linkageName);
      this.known.set(linkageName, known);
      return known;
    }
    const result = demangle(linkageName);
    // Names that stay as they are cost nothing to look at again.
    if (result !== linkageName) this.remember(linkageName, result);
    return result;
  }

  private remember(linkageName: string, result: string): void {
    this.known.set(linkageName, result);
    this.bytes += sizeOf(linkageName, result);
    for (const [oldest, text] of this.known) {
      if (this.bytes <= this.maxBytes) return;
      this.known.delete(oldest);
      this.bytes -= sizeOf(oldest, text);
    }
  }
}

function sizeOf(linkageName: string, result: string): number {
  return linkageName.length + result.length + ENTRY_BYTES;
}
