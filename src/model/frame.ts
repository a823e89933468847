// Frames: what symbolizing a location gives, and how a miss is told.

export interface Frame {
  /** Name for people (demangled). */
  name: string;
  /** Linkage name as the symbol table has it; equal to `name` where nothing was mangled. */
  systemName: string;
  /** Empty where unknown. */
  file: string;
  /** 1-based; 0 where unknown. */
  line: number;
  /** 1-based; 0 where unknown. */
  column: number;
  /** How code that was made at run time was compiled (`interpreted`, `optimized`, …); absent where that is not told. */
  tier?: string;
}

/** Why a location has no name. The reason is stored with it, so that it can be tried again when it may help. */
export type MissReason =
  | 'no-file' // the object's file could not be opened (deleted, other mount namespace, exited)
  | 'no-symbols' // the file has no symbol table
  | 'not-covered' // no symbol covers the address
  | 'bad-format' // the file's bytes are malformed
  | 'no-map' // a JIT region without a perf map
  | 'no-permission'; // kallsyms shows zeros, or the file may not be read

/** Inline chain of one location, innermost first, or the reason why there is none. */
export type SymbolResult = { ok: true; frames: Frame[] } | { ok: false; reason: MissReason };

/** Whether nothing could be looked at: asking again may help although nothing that could name it has changed. */
export function isUnread(reason: MissReason): boolean {
  return UNREAD_REASONS.includes(reason);
}

export const UNREAD_REASONS: readonly MissReason[] = ['no-file', 'no-map', 'no-permission'];
