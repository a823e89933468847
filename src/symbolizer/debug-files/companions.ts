// Which companions an ELF file has, and where they may be. Nothing is opened here.
import { posix } from 'node:path';
import type { ElfFile } from '../../binary/elf/elf-file.ts';
import { findSection, hasDebugInfo } from '../elf/elf-debug-sections.ts';
import { isBuildId, type CompanionRequest } from './companion-request.ts';
import { readAltLink, readDebugLink } from './debug-links.ts';

/** Where distributions install debug files, as gdb and elfutils look for them. */
const DEBUG_ROOT = '/usr/lib/debug';
/** Object files of a compiler, and nothing else that a file could name. */
const SPLIT_UNIT_NAME = /\.dwo$/;
const MAX_PATH_LENGTH = 4096;

/**
 * The separate debug file of an object without DWARF of its own: by build id, then by debug link or the object's name.
 * `path` is where the object itself was found, '' where that is not known. Null where nothing leads to one. Throws
 * `BinaryFormatError`.
 */
export function debugFileOf(elf: ElfFile, path: string): CompanionRequest | null {
  if (hasDebugInfo(elf)) return null;
  const buildId = usable(elf.buildId());
  const paths = buildIdPaths(buildId);
  const link = readDebugLink(elf);
  // Without a link (a file that lost its section headers has none) only a build id shows that `NAME.debug` is its own.
  const name = link?.name ?? (buildId === '' ? null : `${posix.basename(path)}.debug`);
  if (name !== null) paths.push(...debugLinkPaths(name, path));
  // A link to itself is what a debug file keeps of the object that it was made from.
  const others = unique(paths).filter((candidate) => candidate !== path);
  if (others.length === 0) return null;
  return { kind: 'debug-file', paths: others, proof: { buildId, crc32: link?.crc32 ?? null } };
}

/** The supplementary file that `dwz` moved common parts to. Null where there is none. Throws `BinaryFormatError`. */
export function supplementOf(elf: ElfFile, path: string): CompanionRequest | null {
  const link = readAltLink(elf);
  // Without its build id nothing would show that a file is the one that was linked to.
  if (link === null || !isBuildId(link.buildId)) return null;
  const named = within(folderOf(path), link.path);
  const paths = unique([...(named === null ? [] : [named]), ...buildIdPaths(link.buildId)]);
  return { kind: 'supplement', paths, proof: { buildId: link.buildId, crc32: null } };
}

/** `FILE.dwp` beside a file that refers to split units. Null where it does not. Throws `BinaryFormatError`. */
export function packageOf(elf: ElfFile, path: string): CompanionRequest | null {
  // Split units take their addresses from it; so do others in DWARF 5, and a look for the package does no harm.
  if (path === '' || findSection(elf, '.debug_addr') === undefined) return null;
  // `prog.debug` is the debug file of `prog`, whose package is `prog.dwp`.
  const paths = unique([`${path}.dwp`, `${path.replace(/\.debug$/, '')}.dwp`]);
  return { kind: 'package', paths, proof: { buildId: '', crc32: null } };
}

/**
 * The file of one split unit, as DW_AT_dwo_name and DW_AT_comp_dir of its skeleton name it; `path` is that of the file
 * with the skeleton. Whether it is the right one is shown by the unit's id in it. Null for a name that is no .dwo's:
 * debug information does not make anything else be opened.
 */
export function splitUnitOf(name: string, compilationFolder: string, path: string): CompanionRequest | null {
  if (!SPLIT_UNIT_NAME.test(name)) return null;
  const folder = folderOf(path);
  const candidates = [
    within(compilationFolder === '' ? folder : within(folder, compilationFolder), name),
    // Moved together with the program.
    within(folder, posix.basename(name)),
  ];
  const paths = unique(candidates.filter((candidate) => candidate !== null));
  return paths.length === 0 ? null : { kind: 'split-unit', paths, proof: { buildId: '', crc32: null } };
}

/** The debug file of a build, where the object itself cannot be read. Null without a usable build id. */
export function debugFileByBuildId(buildId: string): CompanionRequest | null {
  const paths = buildIdPaths(buildId);
  return paths.length === 0 ? null : { kind: 'debug-file', paths, proof: { buildId, crc32: null } };
}

function buildIdPaths(buildId: string): string[] {
  if (!isBuildId(buildId)) return [];
  return [`${DEBUG_ROOT}/.build-id/${buildId.slice(0, 2)}/${buildId.slice(2)}.debug`];
}

/** gdb's order: beside the object, in .debug/ beside it, below the root of debug files. */
function debugLinkPaths(name: string, path: string): string[] {
  const folder = folderOf(path);
  if (folder === null) return [];
  const candidates = [
    within(folder, name),
    within(folder, `.debug/${name}`),
    within(DEBUG_ROOT, `.${folder}/${name}`),
  ];
  return candidates.filter((candidate) => candidate !== null);
}

/** Null where the path is not known. */
function folderOf(path: string): string | null {
  return path.startsWith('/') ? posix.dirname(path) : null;
}

/** Absolute and without `..`, which never leads above the root. Null where it cannot be a path. */
function within(folder: string | null, path: string): string | null {
  if (folder === null && !path.startsWith('/')) return null;
  const resolved = posix.resolve('/', folder ?? '/', path);
  const possible = resolved !== '/' && resolved.length <= MAX_PATH_LENGTH && !resolved.includes('\0');
  return possible ? resolved : null;
}

function usable(buildId: string): string {
  return isBuildId(buildId) ? buildId : '';
}

function unique(paths: readonly string[]): string[] {
  return [...new Set(paths)];
}
