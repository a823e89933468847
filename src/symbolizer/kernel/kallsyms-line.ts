// One line of /proc/kallsyms: `ffffffffc0201000 t ftrace_trampoline\t[__builtin__ftrace]`.
import { forEachLine } from '../line-reader.ts';
import { readHex, type Halves } from '../hex.ts';

/** Used again for every line; the ranges are in `bytes`. */
export interface KallsymsLine {
  bytes: Uint8Array;
  high: number;
  low: number;
  /** ASCII of the type letter: `T`, `t`, `W`, `d`, … */
  type: number;
  nameStart: number;
  nameEnd: number;
  /** Without the brackets; an empty range for the kernel itself. */
  moduleStart: number;
  moduleEnd: number;
}

const SPACE = 32;
const TAB = 9;

/** Lines of another shape are passed over. Returns how many of them there were. */
export function forEachKallsym(fd: number, visit: (line: KallsymsLine) => void): { malformed: number } {
  const address: Halves = { high: 0, low: 0, next: 0 };
  const line: KallsymsLine = {
    bytes: new Uint8Array(0),
    high: 0,
    low: 0,
    type: 0,
    nameStart: 0,
    nameEnd: 0,
    moduleStart: 0,
    moduleEnd: 0,
  };
  let malformed = 0;
  const { tooLong } = forEachLine(fd, (bytes, start, end) => {
    if (parse(bytes, start, end, address, line)) visit(line);
    else malformed++;
  });
  return { malformed: malformed + tooLong };
}

export function text(bytes: Uint8Array, start: number, end: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('latin1');
}

function parse(bytes: Uint8Array, start: number, end: number, address: Halves, line: KallsymsLine): boolean {
  readHex(bytes, start, end, address);
  const at = address.next;
  if (at === start || end - at < 4 || bytes[at] !== SPACE || bytes[at + 2] !== SPACE) return false;
  let tab = at + 3;
  while (tab < end && bytes[tab] !== TAB) tab++;
  line.bytes = bytes;
  line.high = address.high;
  line.low = address.low;
  line.type = bytes[at + 1]!;
  line.nameStart = at + 3;
  line.nameEnd = tab;
  // Behind the tab stands `[module]`.
  line.moduleStart = tab === end ? end : tab + 2;
  line.moduleEnd = tab === end ? end : end - 1;
  return line.nameEnd > line.nameStart && line.moduleEnd >= line.moduleStart;
}

/** `t`/`T` text, `w`/`W` weak (nm(1)); weak data is `v`/`V`. */
export function isText(type: number): boolean {
  const letter = type | 32;
  return letter === 0x74 || letter === 0x77;
}
