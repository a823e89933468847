// Where the kernel's code lies, for whoever turns absolute kernel addresses into relative ones.
import type { MissReason } from '../../model/frame.ts';
import { toBigInt } from '../hex.ts';
import { decodeName } from '../../binary/symbol-name.ts';
import { forEachKallsym, isText, text, type KallsymsLine } from './kallsyms-line.ts';

export interface BpfSymbol {
  /** `bpf_prog_<tag>_<name>`, `bpf_trampoline_<id>`, … */
  name: string;
  /** Absolute. */
  start: bigint;
  /** Exclusive upper bound: the next BPF symbol, at most 2 MB on (kallsyms has no sizes). */
  end: bigint;
}

export interface KernelLayout {
  ok: true;
  /** Absolute addresses of `_text` and `_etext`: the kernel image's code, half-open. */
  text: bigint;
  etext: bigint;
  /** Ascending by start. */
  bpf: BpfSymbol[];
}

export type KernelLayoutResult = KernelLayout | { ok: false; reason: MissReason };

const UNDERSCORE = 95;
/** The kernel packs JITed programs into allocations of this size. */
const BPF_PACK_BYTES = 2n << 20n;
const MAX_BPF_SYMBOLS = 100_000;

/** One pass over /proc/kallsyms. Throws what reading throws. */
export function readKernelLayout(fd: number): KernelLayoutResult {
  const marks = new Map<string, bigint>();
  const bpf: { name: string; start: bigint }[] = [];
  const seen = { lines: 0, nonZero: false };
  forEachKallsym(fd, (line) => {
    seen.lines++;
    seen.nonZero ||= line.high !== 0 || line.low !== 0;
    if (line.moduleStart === line.moduleEnd) addMark(marks, line);
    else if (isBpf(line) && bpf.length < MAX_BPF_SYMBOLS) {
      const name = decodeName(line.bytes.subarray(line.nameStart, line.nameEnd));
      bpf.push({ name, start: toBigInt(line.high, line.low) });
    }
  });
  if (seen.lines === 0) return { ok: false, reason: 'no-symbols' };
  if (!seen.nonZero) return { ok: false, reason: 'no-permission' };
  const start = marks.get('_text');
  const end = marks.get('_etext');
  if (start === undefined || end === undefined) return { ok: false, reason: 'no-symbols' };
  return { ok: true, text: start, etext: end, bpf: withEnds(bpf) };
}

function addMark(marks: Map<string, bigint>, line: KallsymsLine): void {
  const length = line.nameEnd - line.nameStart;
  if (line.bytes[line.nameStart] !== UNDERSCORE || length < 5 || length > 6) return;
  const name = text(line.bytes, line.nameStart, line.nameEnd);
  if (name === '_text' || name === '_etext') marks.set(name, toBigInt(line.high, line.low));
}

function isBpf(line: KallsymsLine): boolean {
  return (
    line.moduleEnd - line.moduleStart === 3 &&
    isText(line.type) &&
    text(line.bytes, line.moduleStart, line.moduleEnd) === 'bpf'
  );
}

function withEnds(bpf: { name: string; start: bigint }[]): BpfSymbol[] {
  bpf.sort((a, b) => (a.start < b.start ? -1 : a.start > b.start ? 1 : 0));
  return bpf.map(({ name, start }, i) => {
    const limit = start + BPF_PACK_BYTES;
    const next = bpf[i + 1]?.start ?? limit;
    return { name, start, end: next < limit ? next : limit };
  });
}
