// Where a location of a pprof file is: the object and the address in it that the file's mapping and address tell.
import type { Mapping } from 'pprof-format';
import type { Addressing, CodeObject, ObjectKind } from '../model/code-object.ts';
import { hash64, objectId } from '../model/code-object.ts';
import type { PprofFrame, PprofReader } from './pprof-reader.ts';

export interface Place {
  object: CodeObject;
  address: number;
}

const ALL_ADDRESSES = 0xffff_ffff_ffff_ffffn;

/** Undefined where the file says no address that could be told from others. */
export function placeOf(reader: PprofReader, mapping: Mapping, address: bigint): Place | undefined {
  if (address === 0n) return undefined;
  const [start, limit] = [BigInt(mapping.memoryStart), BigInt(mapping.memoryLimit)];
  // A mapping of all addresses is how we say that they are those of the file (query/pprof.ts).
  const own = start === 0n && BigInt.asUintN(64, limit) === ALL_ADDRESSES;
  const relative = own ? address : address - start + BigInt(mapping.fileOffset);
  if (relative < 0n || relative > BigInt(Number.MAX_SAFE_INTEGER)) return undefined;
  const object = objectOf(reader.text(mapping.filename), reader.text(mapping.buildId), own);
  return { object, address: Number(relative) };
}

function objectOf(path: string, buildId: string, own: boolean): CodeObject {
  const kind = kindOf(path);
  const addressing: Addressing = kind !== 'elf' ? 'base' : own ? 'elf' : 'file-offset';
  // The same file in our own profiles has the same identity.
  const known = own && kind === 'elf' && /^[0-9a-f]+$/.test(buildId);
  const key = known ? `build:${buildId}` : `imported:${buildId}:${path}`;
  return { id: objectId(kind, addressing, key), kind, buildId, path, size: 0, addressing };
}

function kindOf(path: string): ObjectKind {
  if (path.startsWith('[kernel')) return 'kernel';
  if (path === '[vdso]') return 'vdso';
  return path.startsWith('[jit') ? 'jit' : 'elf';
}

/** A place that stands for the names alone: the same in every file that has them. */
export function placeOfNames(path: string, frames: readonly PprofFrame[], id: string, key: string): Place {
  const name = path === '' ? '[imported]' : path;
  const object: CodeObject = {
    id: objectId('jit', 'absolute', `imported:${name}`),
    kind: 'jit',
    buildId: '',
    path: name,
    size: 0,
    addressing: 'absolute',
  };
  const content = frames.length === 0 ? `${key}\0${id}` : JSON.stringify(frames);
  return { object, address: Number(BigInt.asUintN(47, hash64(content))) };
}
