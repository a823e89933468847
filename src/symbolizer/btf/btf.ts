// Btf: the types of a kernel, a module or a BPF program. Records are decoded when asked for.
import { BinaryFormatError } from '../../binary/binary-format-error.ts';
import { readCursor, type ByteSource } from '../../binary/byte-source.ts';
import type { Cursor } from '../../binary/cursor.ts';
import { BTF_KIND_FUNC, BTF_TYPE_BYTES, btfKind, btfKindFlag, btfVlen } from './constants.ts';
import { prototypeText } from './declaration.ts';
import { FunctionIndex } from './function-index.ts';
import { readBtfHeader, type BtfHeader } from './header.ts';
import { RecordSizes } from './record-sizes.ts';
import { BtfStrings } from './strings.ts';
import { readTypeColumns, type TypeColumns } from './type-columns.ts';

/** `struct btf_type` with its fields taken apart. */
export interface BtfType {
  id: number;
  kind: number;
  /** '' where it has none. */
  name: string;
  /** Number of elements; the linkage of a function. */
  vlen: number;
  kindFlag: boolean;
  /** Size in bytes or id of another type, by kind. */
  sizeOrType: number;
}

const TYPES = 'BTF types';

export class Btf {
  private readonly source: ByteSource;
  private readonly header: BtfHeader;
  private readonly base: Btf | null;
  private readonly columns: TypeColumns;
  readonly strings: BtfStrings;
  /** Id of the first type of its own: 0 is void, and split BTF counts on from its base. */
  readonly firstId: number;
  private functions: FunctionIndex | undefined;

  private constructor(source: ByteSource, header: BtfHeader, base: Btf | null, columns: TypeColumns) {
    this.source = source;
    this.header = header;
    this.base = base;
    this.columns = columns;
    this.strings = new BtfStrings(source, header.strings, base?.strings ?? null);
    this.firstId = base?.endId ?? 1;
  }

  /**
   * `source` must stay readable as long as the reader is used. `base`: what split BTF is built on: the kernel's for
   * /sys/kernel/btf/MODULE, `.BTF.base` for a module's `.BTF` that has one. Throws `BinaryFormatError`, as do the methods.
   */
  static read(source: ByteSource, base: Btf | null = null): Btf {
    const header = readBtfHeader(source);
    const sizes = new RecordSizes(sectionCursor(source, header, 'layout'));
    return new Btf(source, header, base, readTypeColumns(sectionCursor(source, header, 'types'), sizes));
  }

  /** Ids of all types, the base's included, are below it. */
  get endId(): number {
    return this.firstId + this.columns.offset.length;
  }

  /** The kind of a record whose length is not known: types from `endId` on are out of reach. Null where all are read. */
  get unknownKind(): number | null {
    return this.columns.unknownKind;
  }

  /** Of its columns; the base's are the base's. */
  get byteLength(): number {
    const { offset, functionRow, functionName } = this.columns;
    const columns = offset.byteLength + functionRow.byteLength + functionName.byteLength;
    return columns + (this.functions?.byteLength ?? 0);
  }

  /** Ids from 1 to `endId` - 1; 0 is void and has no record. */
  type(id: number): BtfType {
    if (this.base !== null && id < this.firstId) return this.base.type(id);
    const cursor = this.cursorAt(id, 0, BTF_TYPE_BYTES);
    const name = this.strings.textAt(cursor.u32());
    const info = cursor.u32();
    return {
      id,
      kind: btfKind(info),
      name,
      vlen: btfVlen(info),
      kindFlag: btfKindFlag(info),
      sizeOrType: cursor.u32(),
    };
  }

  /** The first `bytes` bytes of what follows the type's `struct btf_type`. */
  tail(id: number, bytes: number): Cursor {
    if (this.base !== null && id < this.firstId) return this.base.tail(id, bytes);
    return this.cursorAt(id, BTF_TYPE_BYTES, bytes);
  }

  /** Name of a function by its type's id; '' where the id is of nothing that has a name. */
  functionName(id: number): string {
    if (!(id > 0 && id < this.endId)) return '';
    const type = this.type(id);
    return type.kind === BTF_KIND_FUNC ? type.name : '';
  }

  /**
   * The C declaration of a function of its own (not of its base), without its `;`, or null where there is none of that
   * name: `ssize_t vfs_read(struct file *file, char *buf, size_t count, loff_t *pos)`.
   */
  prototypeOf(name: string): string | null {
    this.functions ??= new FunctionIndex(this.columns, this.strings);
    const row = this.functions.find(name);
    return row < 0 ? null : prototypeText(this, this.type(this.firstId + row));
  }

  private cursorAt(id: number, skip: number, bytes: number): Cursor {
    const row = id - this.firstId;
    const offset = this.columns.offset[row];
    if (offset === undefined) throw new BinaryFormatError('bad-value', TYPES, 0, `there is no type ${id}`);
    const { types, littleEndian } = this.header;
    const end = this.columns.offset[row + 1] ?? types.size;
    if (offset + skip + bytes > end) {
      throw new BinaryFormatError('truncated', TYPES, offset, `type ${id} ends at byte ${end}`);
    }
    return readCursor(this.source, types.offset + offset + skip, bytes, TYPES, littleEndian);
  }
}

function sectionCursor(source: ByteSource, header: BtfHeader, which: 'types' | 'layout'): Cursor {
  const { offset, size } = header[which];
  return readCursor(source, offset, size, `BTF ${which}`, header.littleEndian);
}
