// Whether an opened file is the companion that was asked for.
import { crc32 } from 'node:zlib';
import { BinaryFormatError } from '../../binary/binary-format-error.ts';
import { isSystemError, type ByteSource } from '../../binary/byte-source.ts';
import { ElfFile } from '../../binary/elf/elf-file.ts';
import { findSection, hasDebugInfo } from '../elf/elf-debug-sections.ts';
import type { CompanionRequest } from './companion-request.ts';

/** Why a file is not taken; in words for logs and for the coverage report. */
export const REFUSALS = {
  'not-elf': 'not an ELF file, or a malformed one',
  'other-build-id': 'of another build',
  'other-checksum': 'its checksum is not the one in .gnu_debuglink',
  'too-large': 'too large for its checksum to be computed',
  'no-debug-info': 'without debug information',
  unreadable: 'it cannot be read',
} as const;
export type Refusal = keyof typeof REFUSALS;

export type Verdict = { ok: true } | { ok: false; reason: Refusal };

/** About a second. What is larger comes with a build id. */
const MAX_CHECKSUM_BYTES = 1 << 30;
const PIECE_BYTES = 1 << 20;

/** Reads headers and notes; the whole file only for a checksum, where there is no build id to go by. Never throws. */
export function verifyCompanion(source: ByteSource, request: CompanionRequest): Verdict {
  try {
    const elf = new ElfFile(source);
    const identity = verifyIdentity(elf, request);
    if (!identity.ok) return identity;
    return isOfUse(elf, request) ? { ok: true } : { ok: false, reason: 'no-debug-info' };
  } catch (error) {
    if (error instanceof BinaryFormatError) return { ok: false, reason: 'not-elf' };
    if (isSystemError(error)) return { ok: false, reason: 'unreadable' };
    throw error;
  }
}

function verifyIdentity(elf: ElfFile, { proof }: CompanionRequest): Verdict {
  const buildId = elf.buildId();
  if (proof.buildId !== '' && (buildId !== '' || proof.crc32 === null)) {
    return buildId === proof.buildId ? { ok: true } : { ok: false, reason: 'other-build-id' };
  }
  if (proof.crc32 === null) return { ok: true };
  if (elf.source.size > MAX_CHECKSUM_BYTES) return { ok: false, reason: 'too-large' };
  return fileCrc32(elf.source) === proof.crc32 ? { ok: true } : { ok: false, reason: 'other-checksum' };
}

function isOfUse(elf: ElfFile, { kind }: CompanionRequest): boolean {
  // dwz may have found nothing in common but strings.
  return hasDebugInfo(elf) || (kind === 'supplement' && findSection(elf, '.debug_str') !== undefined);
}

/** Of all bytes, a piece at a time. Throws `BinaryFormatError` for a file that shrinks meanwhile. */
export function fileCrc32(source: ByteSource): number {
  const piece = new Uint8Array(Math.min(PIECE_BYTES, source.size));
  let sum = 0;
  for (let at = 0; at < source.size; at += PIECE_BYTES) {
    const part = piece.subarray(0, Math.min(PIECE_BYTES, source.size - at));
    source.readInto(part, at, 'checksum');
    sum = crc32(part, sum);
  }
  return sum;
}
