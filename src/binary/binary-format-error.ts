// The one error of everything here that reads bytes others wrote.

export type BinaryFormatKind =
  | 'truncated' // the bytes end before what they announce
  | 'bad-magic' // not this format at all
  | 'bad-value' // a field holds what the format does not allow
  | 'overflow' // a number does not fit where it is needed (2^53 for offsets and addresses)
  | 'limit'; // well-formed perhaps, but beyond a cap of ours

export class BinaryFormatError extends Error {
  readonly kind: BinaryFormatKind;
  /** Part of the file that was read, in its format's spelling: `section headers`, `.symtab`, … */
  readonly section: string;
  /** Bytes from the start of that part. */
  readonly offset: number;

  constructor(
    kind: BinaryFormatKind,
    section: string,
    offset: number,
    detail: string,
    options?: { cause?: unknown },
  ) {
    super(`${section} at byte ${offset}: ${detail} (${kind})`, options);
    this.name = 'BinaryFormatError';
    this.kind = kind;
    this.section = section;
    this.offset = offset;
  }
}
