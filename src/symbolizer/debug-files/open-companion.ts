// The first of a request's files that is there and is the right one.
import { closeSync } from 'node:fs';
import { FdSource } from '../../binary/byte-source.ts';
import { isUnchanged } from '../../model/file-stamp.ts';
import type { CompanionRequest } from './companion-request.ts';
import type { HostFiles, OpenRefusal } from './host-files.ts';
import { verifyCompanion, type Refusal } from './verify-companion.ts';

export type CompanionRefusal = OpenRefusal | Refusal | 'changed';

export interface RefusedPath {
  path: string;
  reason: CompanionRefusal;
}

/** `refused` tells of every path that was tried before, or of all. `fd` is the caller's to close. */
export type CompanionResult =
  | { ok: true; fd: number; path: string; stamp: string; refused: RefusedPath[] }
  | { ok: false; refused: RefusedPath[] };

/** Never throws and never waits: what is in a file's place that is not a regular file is refused. */
export function openCompanion(files: HostFiles, root: string, request: CompanionRequest): CompanionResult {
  const refused: RefusedPath[] = [];
  for (const path of request.paths) {
    const opened = files.openRegular(root, path);
    if (!opened.ok) {
      refused.push({ path, reason: opened.reason });
      continue;
    }
    const { fd, stamp } = opened;
    const reason = verifyOpened(fd, stamp, request);
    if (reason === null) return { ok: true, fd, path, stamp, refused };
    closeSync(fd);
    refused.push({ path, reason });
  }
  return { ok: false, refused };
}

/**
 * Null for the right file. By itself for callers that open on one thread and verify on another: without build ids the
 * whole file is read.
 */
export function verifyOpened(fd: number, stamp: string, request: CompanionRequest): CompanionRefusal | null {
  const verdict = verifyCompanion(new FdSource(fd), request);
  // A verdict on a file that was being written is none.
  if (!isUnchanged(fd, stamp)) return 'changed';
  return verdict.ok ? null : verdict.reason;
}
