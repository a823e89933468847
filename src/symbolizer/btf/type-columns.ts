// One pass over the type section: where each record stands, and which of them are functions.
import type { Cursor } from '../../binary/cursor.ts';
import { BTF_KIND_FUNC, BTF_MAX_TYPE, BTF_TYPE_BYTES, btfKind, btfVlen } from './constants.ts';
import type { RecordSizes } from './record-sizes.ts';

export interface TypeColumns {
  /** Bytes from the start of the section to each record, in the order of ids. */
  offset: Uint32Array;
  /** Rows of `offset` that are functions, and their names' offsets in the strings. */
  functionRow: Uint32Array;
  functionName: Uint32Array;
  /** The kind that ended the pass: of a record whose length nobody tells, and so what lies behind it is unknown. */
  unknownKind: number | null;
}

/** `types`: the whole section. Throws `BinaryFormatError` for a record that reaches beyond it. */
export function readTypeColumns(types: Cursor, sizes: RecordSizes): TypeColumns {
  const most = Math.min(BTF_MAX_TYPE, Math.floor(types.length / BTF_TYPE_BYTES));
  const offset = new Uint32Array(most);
  const functionRow = new Uint32Array(most);
  const functionName = new Uint32Array(most);
  let rows = 0;
  let functions = 0;
  let unknownKind: number | null = null;
  while (!types.atEnd) {
    if (rows === BTF_MAX_TYPE) types.fail('limit', `more than ${BTF_MAX_TYPE} types`);
    const start = types.offset;
    const name = types.u32();
    const info = types.u32();
    const kind = btfKind(info);
    const bytes = sizes.of(kind, btfVlen(info));
    if (bytes < 0) {
      unknownKind = kind;
      break;
    }
    types.seek(start);
    types.skip(bytes);
    if (kind === BTF_KIND_FUNC) {
      functionRow[functions] = rows;
      functionName[functions++] = name;
    }
    offset[rows++] = start;
  }
  return {
    offset: offset.slice(0, rows),
    functionRow: functionRow.slice(0, functions),
    functionName: functionName.slice(0, functions),
    unknownKind,
  };
}
