// CompanionRequest: what a reader of debug information lacks, and where it may be. Data only: the main thread opens.

export type CompanionKind =
  | 'debug-file' // the sections that were stripped from the object
  | 'supplement' // what dwz moved out of several debug files
  | 'package' // .dwp: split units of the whole program
  | 'split-unit'; // .dwo: those of one compilation

/** How an opened file shows that it is the one. Whatever is set must hold; a build id that agrees makes the rest needless. */
export interface CompanionProof {
  /** Lower-case hex; '' where none is known. */
  buildId: string;
  /** Of the whole file, as .gnu_debuglink has it; null where it is not known. */
  crc32: number | null;
}

export interface CompanionRequest {
  kind: CompanionKind;
  /** Absolute and normalized, inside the root of the process that maps the object; the first that fits is taken. */
  paths: string[];
  proof: CompanionProof;
}

/** Lower-case hex of whole bytes: 8 to 64 bytes, of which two name a folder. */
const BUILD_ID = /^(?:[0-9a-f]{2}){8,64}$/;

/** What may become part of a path or an address: nothing but hex digits. */
export function isBuildId(text: string): boolean {
  return BUILD_ID.test(text);
}
