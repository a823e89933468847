// Growing columns that a pass over /proc/kallsyms fills.
import type { KallsymsLine } from './kallsyms-line.ts';
import { isText, text } from './kallsyms-line.ts';

/** The group of symbols of the kernel itself; every module has one of its own. */
export const KERNEL_GROUP = 0;
/** In `nameOffset`: a symbol that is not code; it only ends what lies before it. */
export const NO_NAME = 0xffff_ffff;

/** Kernels have up to 250,000; every symbol of a debug kernel with all modules about a million. */
const MAX_SYMBOLS = 2_000_000;
const MAX_NAME_BYTES = 64 << 20;
const MAX_GROUPS = 4096;
/** Enough for most kernels without growing; pages that are not written to cost nothing. */
const INITIAL_ROWS = 1 << 17;
const INITIAL_NAME_BYTES = 4 << 20;
const UNDERSCORE = 95;

/** Addresses as halves: they do not fit a number before they are made relative. */
export class KallsymsColumns {
  high = new Uint32Array(INITIAL_ROWS);
  low = new Uint32Array(INITIAL_ROWS);
  nameOffset = new Uint32Array(INITIAL_ROWS);
  group = new Uint16Array(INITIAL_ROWS);
  /** Which of several symbols at one address is shown: the highest. */
  rank = new Uint8Array(INITIAL_ROWS);
  length = 0;
  /** Names one behind the other, each ended by a zero byte. */
  names = new Uint8Array(INITIAL_NAME_BYTES);
  namesLength = 0;
  readonly groups = new Map<string, number>([['', KERNEL_GROUP]]);
  /** Lines beyond a cap. */
  dropped = 0;
  private lastModule = '';
  private lastGroup = KERNEL_GROUP;

  add(line: KallsymsLine): void {
    const nameBytes = line.nameEnd - line.nameStart + 1;
    const group = this.groupOf(line);
    if (group < 0 || this.length === MAX_SYMBOLS || this.namesLength + nameBytes > MAX_NAME_BYTES) {
      this.dropped++;
      return;
    }
    if (this.length === this.high.length) this.growRows();
    const row = this.length++;
    this.high[row] = line.high;
    this.low[row] = line.low;
    this.group[row] = group;
    this.rank[row] = rankOf(line);
    this.nameOffset[row] = isText(line.type) && !isEndMark(line) ? this.addName(line) : NO_NAME;
  }

  private addName(line: KallsymsLine): number {
    const offset = this.namesLength;
    const end = offset + line.nameEnd - line.nameStart + 1;
    if (end > this.names.length) this.names = grown(this.names, new Uint8Array(this.names.length * 2 + end));
    for (let i = line.nameStart; i < line.nameEnd; i++) this.names[this.namesLength++] = line.bytes[i]!;
    this.names[this.namesLength++] = 0;
    return offset;
  }

  /** A module's symbols stand together, so its name is decoded once or twice. */
  private groupOf(line: KallsymsLine): number {
    if (line.moduleStart === line.moduleEnd) return KERNEL_GROUP;
    const module = text(line.bytes, line.moduleStart, line.moduleEnd);
    if (module === this.lastModule) return this.lastGroup;
    let group = this.groups.get(module);
    if (group === undefined) {
      if (this.groups.size === MAX_GROUPS) return -1;
      group = this.groups.size;
      this.groups.set(module, group);
    }
    this.lastModule = module;
    this.lastGroup = group;
    return group;
  }

  private growRows(): void {
    const capacity = this.length * 2;
    this.high = grown(this.high, new Uint32Array(capacity));
    this.low = grown(this.low, new Uint32Array(capacity));
    this.nameOffset = grown(this.nameOffset, new Uint32Array(capacity));
    this.group = grown(this.group, new Uint16Array(capacity));
    this.rank = grown(this.rank, new Uint8Array(capacity));
  }
}

function grown<T extends Uint8Array | Uint16Array | Uint32Array>(from: T, to: T): T {
  to.set(from);
  return to;
}

/** `_etext`, `_einittext`: the linker script's marks behind the last function, which are typed as text. */
function isEndMark(line: KallsymsLine): boolean {
  const { bytes, nameStart, nameEnd } = line;
  if (bytes[nameStart] !== UNDERSCORE || bytes[nameStart + 1] !== 0x65) return false;
  const name = text(bytes, nameStart, nameEnd);
  return name === '_etext' || name === '_einittext';
}

/**
 * Global over weak over local, and a name without a leading underscore over one with: at the first byte of the
 * kernel stand `_text` and `_stext` beside a real function.
 */
export function rankOf(line: KallsymsLine): number {
  const plain = line.bytes[line.nameStart] === UNDERSCORE ? 0 : 1;
  const binding = line.type === 0x54 ? 3 : (line.type | 32) === 0x77 ? 2 : 1;
  return isText(line.type) ? binding * 2 + plain : 0;
}
