// Programs for generated processes: real files, so that addresses lead to objects and names, and stacks made up in them.
import { readFileSync } from 'node:fs';

/** An executable mapping of a file. */
export interface CodeFile {
  path: string;
  device: { major: number; minor: number };
  inode: bigint;
  /** Of the mapping in the file, bytes. */
  pageOffset: bigint;
  bytes: bigint;
}

/** A place in the code of one of a program's files. */
export interface CodePlace {
  file: number;
  /** From the begin of the file's mapping, bytes. */
  offset: bigint;
}

export interface Program {
  comm: string;
  /** What its processes map, the program's own file first. */
  files: CodeFile[];
  /** Where they map each: all at one place, as without randomization. Each is attributed on its own all the same. */
  bases: bigint[];
  /** User stacks, leaf first. */
  stacks: CodePlace[][];
}

const MAPS_LINE = /^([0-9a-f]+)-([0-9a-f]+) r-xp ([0-9a-f]+) ([0-9a-f]+):([0-9a-f]+) (\d+) +(\/\S+)$/;

/** Those of this process: node and its libraries are there wherever this runs. */
export function ownCodeFiles(): CodeFile[] {
  return readFileSync('/proc/self/maps', 'utf8')
    .split('\n')
    .flatMap((line) => {
      const found = MAPS_LINE.exec(line);
      if (found === null) return [];
      const [, start, end, offset, major, minor, inode, path] = found;
      return {
        path: path!,
        device: { major: parseInt(major!, 16), minor: parseInt(minor!, 16) },
        inode: BigInt(inode!),
        pageOffset: BigInt(`0x${offset!}`),
        bytes: BigInt(`0x${end!}`) - BigInt(`0x${start!}`),
      };
    });
}

const PAGE = 4096n;
const FIRST_BASE = 0x7f00_0000_0000n;

function basesOf(files: readonly CodeFile[]): bigint[] {
  let base = FIRST_BASE;
  return files.map(({ bytes }) => {
    const own = base;
    base += bytes + PAGE;
    return own;
  });
}

/** Distinct places per program, distinct stacks of them, and frames per stack. */
const PLACES = 400;
const STACKS = 400;
const FRAMES = { least: 6, most: 40 };

/** Each is of the first file and of about half of the others. */
export function makePrograms(count: number, files: readonly CodeFile[], random: () => number): Program[] {
  const below = (limit: number) => Math.floor(random() * limit);
  return Array.from({ length: count }, (_, number) => {
    const own = files.filter((_file, at) => at === 0 || random() < 0.5);
    const places = Array.from({ length: PLACES }, (): CodePlace => {
      const file = below(own.length);
      return { file, offset: BigInt(below(Number(own[file]!.bytes))) };
    });
    const stacks = Array.from({ length: STACKS }, () =>
      Array.from(
        { length: FRAMES.least + below(FRAMES.most - FRAMES.least) },
        // The outermost frames are those of few places, as of main and its callers.
        (_frame, depth) => places[below(Math.max(1, Math.floor(PLACES / (1 + depth))))]!,
      ),
    );
    return { comm: `program-${number}`, files: own, bases: basesOf(own), stacks };
  });
}
