// How long the record of a type is: fixed for the kinds that are known here, told by the file for later ones.
import type { Cursor } from '../../binary/cursor.ts';
import * as btf from './constants.ts';

/** Bytes behind `struct btf_type`: once, and for each of `vlen` elements. */
type Tail = readonly [once: number, perElement: number];

const TAILS: readonly (readonly [kind: number, tail: Tail])[] = [
  [btf.BTF_KIND_INT, [4, 0]],
  [btf.BTF_KIND_PTR, [0, 0]],
  [btf.BTF_KIND_ARRAY, [12, 0]],
  [btf.BTF_KIND_STRUCT, [0, 12]],
  [btf.BTF_KIND_UNION, [0, 12]],
  [btf.BTF_KIND_ENUM, [0, 8]],
  [btf.BTF_KIND_FWD, [0, 0]],
  [btf.BTF_KIND_TYPEDEF, [0, 0]],
  [btf.BTF_KIND_VOLATILE, [0, 0]],
  [btf.BTF_KIND_CONST, [0, 0]],
  [btf.BTF_KIND_RESTRICT, [0, 0]],
  [btf.BTF_KIND_FUNC, [0, 0]], // vlen is its linkage
  [btf.BTF_KIND_FUNC_PROTO, [0, btf.BTF_PARAM_BYTES]],
  [btf.BTF_KIND_VAR, [4, 0]],
  [btf.BTF_KIND_DATASEC, [0, 12]],
  [btf.BTF_KIND_FLOAT, [0, 0]],
  [btf.BTF_KIND_DECL_TAG, [4, 0]],
  [btf.BTF_KIND_TYPE_TAG, [0, 0]],
  [btf.BTF_KIND_ENUM64, [0, 12]],
];

const KINDS = btf.BTF_MAX_KIND + 1;

export class RecordSizes {
  private readonly known = new Uint8Array(KINDS);
  private readonly once = new Uint8Array(KINDS);
  private readonly perElement = new Uint8Array(KINDS);

  /** `layout`: the file's own section of `struct btf_layout`, which may be empty. */
  constructor(layout: Cursor) {
    // Kind 0 is void, which has no record.
    for (let kind = 0; kind < KINDS && layout.remaining >= btf.BTF_LAYOUT_BYTES; kind++) {
      const [once, perElement] = [layout.u8(), layout.u8()];
      layout.skip(2); // flags
      if (kind > 0) this.set(kind, [once, perElement]);
    }
    // Of kinds that are read here the layout is fixed: a file that says otherwise is wrong about itself.
    for (const [kind, tail] of TAILS) this.set(kind, tail);
  }

  /** Bytes of a whole record, or -1 where nobody says how long such a record is. */
  of(kind: number, vlen: number): number {
    if (this.known[kind] === 0) return -1;
    return btf.BTF_TYPE_BYTES + this.once[kind]! + vlen * this.perElement[kind]!;
  }

  private set(kind: number, [once, perElement]: Tail): void {
    this.known[kind] = 1;
    this.once[kind] = once;
    this.perElement[kind] = perElement;
  }
}
