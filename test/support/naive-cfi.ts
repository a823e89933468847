// A naive interpreter of call frame instructions on x86-64: every register in a map, states copied whole, no bytes.
import { cfi } from './cfi-writer.ts';

export type NaiveInstruction =
  | { name: 'advance'; delta: number }
  | { name: 'offset' | 'offsetExtendedSf'; register: number; factored: number }
  | { name: 'restore' | 'undefined' | 'sameValue'; register: number }
  | { name: 'register'; register: number; holder: number }
  | { name: 'rememberState' }
  | { name: 'restoreState' }
  | { name: 'defCfa'; register: number; offset: number }
  | { name: 'defCfaRegister'; register: number }
  | { name: 'defCfaOffset'; offset: number };

interface State {
  cfa: { register: number; offset: number };
  /** By register: the text of its rule. */
  rules: Map<number, string>;
}

const NAMES = ['RAX', 'RDX', 'RCX', 'RBX', 'RSI', 'RDI', 'RBP', 'RSP', 'R8', 'R9', 'R10'];
const nameOf = (register: number): string => (register === 16 ? 'RIP' : NAMES[register]!);
const DATA_ALIGN = -8;

/** The program's bytes, and the rows of a function of `length` bytes as `functionRows` prints them. */
export function naiveRows(
  program: readonly NaiveInstruction[],
  length: number,
): { bytes: number[]; rows: string[] } {
  const initial: State = { cfa: { register: 7, offset: 8 }, rules: new Map([[16, '[CFA-8]']]) };
  let state = structuredClone(initial);
  const stack: State[] = [];
  let at = 0;
  const byAddress = new Map<number, string>();
  for (const instruction of program) {
    byAddress.set(at, rowText(state));
    if (instruction.name === 'restoreState' && stack.length === 0) {
      byAddress.set(at, 'unsupported:bad-program');
      break;
    }
    if (instruction.name === 'advance') at += instruction.delta;
    else if (instruction.name === 'rememberState') stack.push(structuredClone(state));
    else if (instruction.name === 'restoreState') state = stack.pop()!;
    else describe(instruction, state, initial);
    if (at >= length) break;
    byAddress.set(at, rowText(state));
  }
  if (program.length === 0) byAddress.set(0, rowText(state));
  const rows = [...byAddress].filter(
    ([address, text], i, all) => address < length && all[i - 1]?.[1] !== text,
  );
  return { bytes: program.flatMap(encode), rows: rows.map(([address, text]) => `+${address} ${text}`) };
}

function describe(
  instruction: Exclude<NaiveInstruction, { name: 'advance' | 'rememberState' | 'restoreState' }>,
  state: State,
  initial: State,
): void {
  switch (instruction.name) {
    case 'offset':
    case 'offsetExtendedSf':
      state.rules.set(instruction.register, cfaText(instruction.factored * DATA_ALIGN));
      break;
    case 'restore': {
      const rule = initial.rules.get(instruction.register);
      if (rule === undefined) state.rules.delete(instruction.register);
      else state.rules.set(instruction.register, rule);
      break;
    }
    case 'undefined':
      state.rules.set(instruction.register, 'undefined');
      break;
    case 'sameValue':
      state.rules.set(instruction.register, 'same');
      break;
    case 'register':
      state.rules.set(instruction.register, nameOf(instruction.holder));
      break;
    case 'defCfa':
      state.cfa = { register: instruction.register, offset: instruction.offset };
      break;
    case 'defCfaRegister':
      state.cfa = { ...state.cfa, register: instruction.register };
      break;
    case 'defCfaOffset':
      state.cfa = { ...state.cfa, offset: instruction.offset };
  }
}

/** What a table makes of a state: the format's limits are spelled out here once more. */
function rowText({ cfa, rules }: State): string {
  const ra = rules.get(16) ?? 'same';
  const fp = rules.get(6) ?? 'same';
  const cfaWord = nameOf(cfa.register) + (cfa.offset === 0 ? '' : `+${cfa.offset}`);
  // The frame pointer in a register, itself excepted, is not known to the walker.
  const fpWord = fp === 'undefined' || fp === 'RBP' ? 'same' : fp;
  const fpKnown = fpWord === 'same' || fpWord.startsWith('[');
  if (ra === 'undefined') return `${cfaWord} ${fpKnown ? fpWord : 'same'} undefined`;
  const sp = rules.get(7) ?? 'same';
  if (sp !== 'same') return 'unsupported:sp-rule';
  if (!fpKnown) return 'unsupported:fp-rule';
  return ra === 'same' ? 'unsupported:ra-rule' : `${cfaWord} ${fpWord} ${ra}`;
}

function cfaText(offset: number): string {
  return offset === 0 ? '[CFA]' : `[CFA${offset < 0 ? '' : '+'}${offset}]`;
}

function encode(instruction: NaiveInstruction): number[] {
  switch (instruction.name) {
    case 'advance':
      return cfi.advance(instruction.delta);
    case 'offset':
    case 'offsetExtendedSf':
      return cfi[instruction.name](instruction.register, instruction.factored);
    case 'restore':
    case 'undefined':
    case 'sameValue':
      return cfi[instruction.name](instruction.register);
    case 'register':
      return cfi.register(instruction.register, instruction.holder);
    case 'defCfa':
      return cfi.defCfa(instruction.register, instruction.offset);
    case 'defCfaRegister':
      return cfi.defCfaRegister(instruction.register);
    case 'defCfaOffset':
      return cfi.defCfaOffset(instruction.offset);
    case 'rememberState':
    case 'restoreState':
      return cfi[instruction.name]();
  }
}
