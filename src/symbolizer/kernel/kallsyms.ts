// Kernel and module functions by relative address, from /proc/kallsyms.
import { ascendingOrder } from '../../binary/address-sort.ts';
import { BinaryFormatError } from '../../binary/binary-format-error.ts';
import { distance32, toBigInt } from '../hex.ts';
import { decodeName } from '../../binary/symbol-name.ts';
import { SymbolIndex } from '../symbol-index.ts';
import { KallsymsColumns, KERNEL_GROUP, NO_NAME } from './kallsyms-columns.ts';
import { forEachKallsym } from './kallsyms-line.ts';

export type KallsymsResult =
  | { ok: true; kallsyms: Kallsyms }
  /** `no-permission`: every address is zero (kptr_restrict without CAP_SYSLOG). */
  | { ok: false; reason: 'no-permission' | 'no-symbols' };

/** A symbol ends where the next begins; the last of its kind at the end of its page. */
const PAGE = 4096;

interface Group {
  /** Absolute address that the index counts from. */
  origin: bigint;
  index: SymbolIndex;
}

export class Kallsyms {
  private readonly groups: Map<string, Group>;
  private readonly names: Uint8Array;

  constructor(groups: Map<string, Group>, names: Uint8Array) {
    this.groups = groups;
    this.names = names;
  }

  get byteLength(): number {
    let bytes = this.names.length;
    for (const { index } of this.groups.values()) bytes += index.byteLength;
    return bytes;
  }

  /** Number of distinct addresses that name code. */
  get length(): number {
    let length = 0;
    for (const { index } of this.groups.values()) length += index.length;
    return length;
  }

  hasModule(module: string): boolean {
    return module !== '' && this.groups.has(module);
  }

  /** Name of the kernel function at so many bytes from `_text`, or null. */
  kernelName(offset: number): string | null {
    return this.nameIn(this.groups.get(''), offset);
  }

  /**
   * Name of a module's function at so many bytes from the module's base, or null. Without a base, which is told by
   * /proc/modules, the offset counts from the module's lowest symbol.
   */
  moduleName(module: string, offset: number, base: bigint | null): string | null {
    const group = module === '' ? undefined : this.groups.get(module);
    if (group === undefined) return null;
    const shift = base === null ? 0n : base - group.origin;
    const inGroup = shift > -(2n ** 52n) && shift < 2n ** 52n;
    return inGroup ? this.nameIn(group, offset + Number(shift)) : null;
  }

  private nameIn(group: Group | undefined, offset: number): string | null {
    const at = group?.index.find(offset) ?? -1;
    if (at < 0) return null;
    return decodeName(this.names.subarray(at, this.names.indexOf(0, at)));
  }
}

/** Reads by position, some 64 kB at a time. Throws `BinaryFormatError`, and what reading throws. */
export function readKallsyms(fd: number): KallsymsResult {
  const columns = new KallsymsColumns();
  const text = { found: false, high: 0, low: 0 };
  const seen = { nonZero: false };
  const { malformed } = forEachKallsym(fd, (line) => {
    seen.nonZero ||= line.high !== 0 || line.low !== 0;
    columns.add(line);
    if (!text.found && isKernelText(line.bytes, line.nameStart, line.nameEnd)) {
      Object.assign(text, { found: true, high: line.high, low: line.low });
    }
  });
  if (columns.length === 0) {
    if (malformed > 0)
      throw new BinaryFormatError('bad-magic', 'kallsyms', 0, `${malformed} malformed lines`);
    return { ok: false, reason: 'no-symbols' };
  }
  if (!seen.nonZero) return { ok: false, reason: 'no-permission' };
  return {
    ok: true,
    kallsyms: new Kallsyms(indexGroups(columns, text), columns.names),
  };
}

function isKernelText(bytes: Uint8Array, start: number, end: number): boolean {
  return (
    end - start === 5 &&
    bytes[start] === 0x5f && // _text
    bytes[start + 1] === 0x74 &&
    bytes[start + 2] === 0x65 &&
    bytes[start + 3] === 0x78 &&
    bytes[start + 4] === 0x74
  );
}

function indexGroups(
  columns: KallsymsColumns,
  text: { found: boolean; high: number; low: number },
): Map<string, Group> {
  const rowsByGroup = bucketRows(columns);
  const groups = new Map<string, Group>();
  for (const [module, group] of columns.groups) {
    const rows = rowsByGroup[group]!;
    // Without `_text` there is nothing that kernel addresses could be relative to.
    if (group === KERNEL_GROUP && !text.found) continue;
    const origin = group === KERNEL_GROUP ? text : lowest(columns, rows);
    groups.set(module, {
      origin: toBigInt(origin.high, origin.low),
      index: indexRows(columns, rows, origin.high, origin.low),
    });
  }
  return groups;
}

function bucketRows(columns: KallsymsColumns): Uint32Array[] {
  const counts = new Uint32Array(columns.groups.size);
  for (let row = 0; row < columns.length; row++) counts[columns.group[row]!]!++;
  const buckets = Array.from(counts, (count) => new Uint32Array(count));
  counts.fill(0);
  for (let row = 0; row < columns.length; row++) {
    const group = columns.group[row]!;
    buckets[group]![counts[group]!++] = row;
  }
  return buckets;
}

function lowest(columns: KallsymsColumns, rows: Uint32Array): { high: number; low: number } {
  let best = rows[0]!;
  for (const row of rows) {
    const byHigh = columns.high[row]! - columns.high[best]!;
    if (byHigh < 0 || (byHigh === 0 && columns.low[row]! < columns.low[best]!)) best = row;
  }
  return { high: columns.high[best]!, low: columns.low[best]! };
}

function indexRows(columns: KallsymsColumns, rows: Uint32Array, high: number, low: number): SymbolIndex {
  const offsets = new Float64Array(rows.length);
  const near = new Uint32Array(rows.length);
  let count = 0;
  for (const row of rows) {
    // Per-CPU and absolute symbols lie gigabytes away from any code.
    const offset = distance32(columns.high[row]!, columns.low[row]!, high, low);
    if (offset < 0) continue;
    offsets[count] = offset;
    near[count++] = row;
  }
  const keys = offsets.subarray(0, count);
  return toIndex(columns, near, keys, onePerOffset(columns, near, keys), low % PAGE);
}

/** Positions in `near`, ascending by offset, the best-ranked of each offset; the first in the file among equals. */
function onePerOffset(columns: KallsymsColumns, near: Uint32Array, offsets: Float64Array): Uint32Array {
  const order = ascendingOrder(offsets);
  let kept = 0;
  for (const at of order) {
    const last = kept > 0 ? order[kept - 1]! : -1;
    if (last < 0 || offsets[last] !== offsets[at]) order[kept++] = at;
    else if (columns.rank[near[at]!]! > columns.rank[near[last]!]!) order[kept - 1] = at;
  }
  return order.subarray(0, kept);
}

function toIndex(
  columns: KallsymsColumns,
  near: Uint32Array,
  offsets: Float64Array,
  order: Uint32Array,
  originInPage: number,
): SymbolIndex {
  const named = order.filter((at) => columns.nameOffset[near[at]!] !== NO_NAME).length;
  const starts = new Float64Array(named);
  const sizes = new Uint32Array(named);
  const names = new Uint32Array(named);
  let row = 0;
  order.forEach((at, i) => {
    const name = columns.nameOffset[near[at]!]!;
    if (name === NO_NAME) return;
    const start = offsets[at]!;
    const pageEnd = start + PAGE - ((originInPage + start) % PAGE);
    const next = i + 1 < order.length ? offsets[order[i + 1]!]! : pageEnd;
    starts[row] = start;
    sizes[row] = next - start;
    names[row++] = name;
  });
  return new SymbolIndex(starts, sizes, names);
}
