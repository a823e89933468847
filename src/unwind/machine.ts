// What differs between machines: DWARF's numbers of the registers that a walk needs, and their names.
import { EM_AARCH64, EM_X86_64 } from '../binary/elf/constants.ts';

export interface Machine {
  /** DWARF numbers. */
  stackPointer: number;
  framePointer: number;
  returnAddress: number;
  /** A call leaves the return address in a register: there it is where no rule says otherwise. */
  linkRegister: boolean;
  /** Names by DWARF number, as llvm-dwarfdump prints them. */
  names: readonly string[];
}

/** System V ABI, AMD64 supplement, figure 3.36. */
const X86_64: Machine = {
  stackPointer: 7,
  framePointer: 6,
  returnAddress: 16,
  linkRegister: false,
  names: 'RAX RDX RCX RBX RSI RDI RBP RSP R8 R9 R10 R11 R12 R13 R14 R15 RIP'.split(' '),
};

/** DWARF for the Arm 64-bit Architecture, 4.1. */
const AARCH64: Machine = {
  stackPointer: 31,
  framePointer: 29,
  returnAddress: 30,
  linkRegister: true,
  names: [...Array.from({ length: 31 }, (_, i) => `W${i}`), 'WSP'],
};

/** By e_machine; null where the walker does not know the machine. */
export function machineOf(elfMachine: number): Machine | null {
  if (elfMachine === EM_X86_64) return X86_64;
  return elfMachine === EM_AARCH64 ? AARCH64 : null;
}

export function registerName(machine: Machine, register: number): string {
  return machine.names[register] ?? `reg${register}`;
}
