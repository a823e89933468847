// Whether a location's new names may take the place of the stored ones: only what is better, never what is merely other.
import type { Frame, SymbolResult } from '../model/frame.ts';
import { isUnread } from '../model/frame.ts';

/**
 * Better is a name where there was none, more frames of the inline chain with a line, or a longer chain, and nothing
 * lost of the other two. Of two misses the one that was found by looking is better than one where nothing could be read.
 */
export function isBetter(before: SymbolResult, after: SymbolResult): boolean {
  if (!after.ok) return !before.ok && isUnread(before.reason) && !isUnread(after.reason);
  if (after.frames.length === 0) return false;
  if (!before.ok) return true;
  const longer = after.frames.length - before.frames.length;
  const moreLines = linesOf(after.frames) - linesOf(before.frames);
  return longer >= 0 && moreLines >= 0 && longer + moreLines > 0;
}

function linesOf(frames: readonly Frame[]): number {
  return frames.reduce((sum, { line }) => sum + (line > 0 ? 1 : 0), 0);
}
