// The functions of a StackTable: every distinct (name, object) once, and each location's chain as indices.
import type { StackTable } from '../model/stack-table.ts';

/** Columns; `f` functions, `m` locations of the table. */
export interface FunctionTable {
  names: string[];
  /** Paths; index 0 is '' and stands for "no object" (the root, a group). */
  objects: string[];
  /** Index into `names` (f). */
  functionName: Uint32Array;
  /** Index into `objects` (f). */
  functionObject: Uint32Array;
  /** Source file, '' where unknown; that of the location seen first that has one (f). */
  functionFile: string[];
  /** Location j's functions are `chain[chainOffsets[j] .. chainOffsets[j + 1])`, innermost first (m + 1). */
  chainOffsets: Uint32Array;
  chain: Uint32Array;
  /** Source files; index 0 is ''. */
  files: string[];
  /** Of each entry of `chain`: index into `files`, and line there, 0 where unknown. */
  chainFile: Uint32Array;
  chainLine: Uint32Array;
  /** How code that was made at run time was compiled; index 0 is '' (not told). */
  tiers: string[];
  /** Of each entry of `chain`: index into `tiers`. */
  chainTier: Uint32Array;
}

/** Gives texts dense indices in order of first sight. */
export class Interner {
  readonly texts: string[];
  readonly #index: Map<string, number>;

  constructor(first: readonly string[] = []) {
    this.texts = [...first];
    this.#index = new Map(first.map((text, i) => [text, i]));
  }

  add(text: string): number {
    const known = this.#index.get(text);
    if (known !== undefined) return known;
    const index = this.texts.push(text) - 1;
    this.#index.set(text, index);
    return index;
  }
}

/** Same name and same object path are the same function; file and line do not tell functions apart. */
export function functionTable(table: StackTable): FunctionTable {
  const names = new Interner();
  const objects = new Interner(['']);
  const files = new Interner(['']);
  const known = new Map<number, number>();
  const functionName: number[] = [];
  const functionObject: number[] = [];
  const functionFile: string[] = [];
  const chain: number[] = [];
  const chainFile: number[] = [];
  const chainLine: number[] = [];
  const tiers = new Interner(['']);
  const chainTier: number[] = [];
  const chainOffsets = new Uint32Array(table.locationFrames.length + 1);
  const objectIndex = table.objects.map((object) => objects.add(object.path));
  const objectCount = objects.texts.length;

  table.locationFrames.forEach((frames, location) => {
    const object = objectIndex[table.locationObject[location]!] ?? 0;
    for (const frame of frames) {
      const name = names.add(frame.name);
      const key = name * objectCount + object;
      let id = known.get(key);
      if (id === undefined) {
        id = functionName.push(name) - 1;
        functionObject.push(object);
        functionFile.push(frame.file);
        known.set(key, id);
      } else if (functionFile[id] === '') functionFile[id] = frame.file;
      chain.push(id);
      chainFile.push(files.add(frame.file));
      chainLine.push(frame.line);
      chainTier.push(frame.tier === undefined ? 0 : tiers.add(frame.tier));
    }
    chainOffsets[location + 1] = chain.length;
  });

  return {
    names: names.texts,
    objects: objects.texts,
    functionName: Uint32Array.from(functionName),
    functionObject: Uint32Array.from(functionObject),
    functionFile,
    chainOffsets,
    chain: Uint32Array.from(chain),
    files: files.texts,
    chainFile: Uint32Array.from(chainFile),
    chainLine: Uint32Array.from(chainLine),
    tiers: tiers.texts,
    chainTier: Uint32Array.from(chainTier),
  };
}
