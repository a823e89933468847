// Chains against those that the reference tools agree on.
import type { Chain, ChainFrame } from './answer-formats.ts';

/** Where they differ first, innermost frame first. */
export type Difference = 'no answer' | 'depth' | 'function' | 'file' | 'line';

export interface Reference {
  address: number;
  chain: Chain;
}

export interface AnswerComparison {
  addresses: number;
  /** Addresses whose chain is known: the reference tools agree on it. */
  agreed: number;
  equal: number;
  /** Agreed rows that are not equal. */
  differing: Map<Difference, number>;
  /** Of each difference the first: "0x1234: main a.c:12 instead of …". */
  examples: Map<Difference, string>;
}

/**
 * llvm-symbolizer's chain where another tool has the same files and lines and the innermost file is known. Names are
 * llvm-symbolizer's: addr2line shows DWARF's where the linker saw another one, and eu-addr2line demangled parts.
 */
export function agreedChains(
  addresses: readonly number[],
  llvm: ReadonlyMap<number, Chain>,
  others: readonly ReadonlyMap<number, Chain>[],
): Reference[] {
  return addresses.flatMap((address) => {
    const chain = llvm.get(address) ?? [];
    if (!isKnown(chain)) return [];
    return others.some((other) => agrees(chain, other.get(address))) ? [{ address, chain }] : [];
  });
}

/** Every name of every chain as `rename` gives it. */
export function renamed(
  chains: ReadonlyMap<number, Chain>,
  rename: (name: string) => string,
): Map<number, Chain> {
  const named = (chain: Chain) => chain.map((frame) => ({ ...frame, name: rename(frame.name) }));
  return new Map([...chains].map(([address, chain]) => [address, named(chain)]));
}

/** Whether both tools have the same files and lines, or the first has none to agree with. */
export function agrees(chain: Chain = [], other: Chain = []): boolean {
  if (!isKnown(chain)) return true;
  const same = ({ file, line }: ChainFrame, i: number) => file === other[i]!.file && line === other[i]!.line;
  return chain.length === other.length && chain.every(same);
}

export function compareAnswers(
  addresses: number,
  references: readonly Reference[],
  ours: ReadonlyMap<number, Chain>,
): AnswerComparison {
  const differing = new Map<Difference, number>();
  const examples = new Map<Difference, string>();
  for (const { address, chain } of references) {
    const answer = ours.get(address) ?? [];
    const difference = differenceOf(answer, chain);
    if (difference === null) continue;
    differing.set(difference, (differing.get(difference) ?? 0) + 1);
    if (examples.has(difference)) continue;
    examples.set(difference, `0x${address.toString(16)}: ${textOf(answer)} instead of ${textOf(chain)}`);
  }
  const unequal = [...differing.values()].reduce((sum, rows) => sum + rows, 0);
  return { addresses, agreed: references.length, equal: references.length - unequal, differing, examples };
}

export function differenceOf(answer: Chain, wanted: Chain): Difference | null {
  if (answer.length === 0 && wanted.length > 0) return 'no answer';
  if (answer.length !== wanted.length) return 'depth';
  for (const [i, { name, file, line }] of wanted.entries()) {
    if (answer[i]!.name !== name) return 'function';
    if (answer[i]!.file !== file) return 'file';
    if (answer[i]!.line !== line) return 'line';
  }
  return null;
}

function isKnown(chain: Chain): boolean {
  return (chain[0]?.file ?? '') !== '';
}

function textOf(chain: Chain): string {
  const frames = chain.map(({ name, file, line }) => `${name || '??'} ${file || '??'}:${line}`);
  return frames.length === 0 ? 'nothing' : frames.join(' < ');
}
