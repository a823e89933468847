// What `unwind-table` prints: rows of a file's table, or answers to addresses.
import { closeSync, openSync } from 'node:fs';
import { FdSource } from '../binary/byte-source.ts';
import { AddressTable } from '../unwind/address-table.ts';
import type { CompileFailure } from '../unwind/compile-table.ts';
import type { Machine } from '../unwind/machine.ts';
import { dwarfNotation, wordNotation } from '../unwind/notation.ts';
import type { Rule } from '../unwind/rule.ts';
import { CFA } from '../unwind/table-layout.gen.ts';
import { unsupportedReason } from '../unwind/unwind-table.ts';
import { CommandFailure, errorCode } from './failure.ts';
import { inputLines } from './input-lines.ts';
import { outputIsClosed, print } from './standard-output.ts';

const FAILURES: Record<CompileFailure, string> = {
  'no-file': 'it cannot be read',
  'bad-format': 'it is no ELF file, or a damaged one',
  machine: 'its code is for another machine than x86-64 or arm64',
  'no-code': 'it holds no code that could run as it is (an object file, or data)',
  'too-large': 'its call frame information is beyond what is read',
};

/** Rows are printed in pieces of about this size. */
const PIECE_CHARACTERS = 1 << 16;

/** Throws a CommandFailure. */
export function openTable(file: string): AddressTable {
  let fd: number;
  try {
    fd = openSync(file, 'r');
  } catch (error) {
    throw new CommandFailure(`cannot open ${file}: ${errorCode(error)}`, { cause: error });
  }
  try {
    const table = AddressTable.of(new FdSource(fd));
    if (table instanceof AddressTable) return table;
    throw new CommandFailure(`cannot make an unwind table of ${file}: ${FAILURES[table.reason]}`);
  } finally {
    closeSync(fd);
  }
}

export async function printRows(table: AddressTable): Promise<void> {
  const pieces = [''];
  table.forEachRow((address, rule) => {
    const line = rowLine(address, rule, table.machine);
    const last = pieces.length - 1;
    if (pieces[last]!.length < PIECE_CHARACTERS) pieces[last] = pieces[last]! + line;
    else pieces.push(line);
  });
  for (const piece of pieces) {
    if (outputIsClosed()) return;
    await print(piece);
  }
}

/** Four words. */
export function rowLine(address: number, rule: Rule, machine: Machine): string {
  const start = `0x${address.toString(16)}`;
  const reason = unsupportedReason(rule);
  if (reason !== null) return `${start} unsupported:${reason} - -\n`;
  const { cfa, fp, ra } = wordNotation(rule, machine);
  return cfa === null ? `${start} - - -\n` : `${start} ${cfa} ${fp ?? 'same'} ${ra!}\n`;
}

export async function answerAddresses(
  table: AddressTable,
  input: AsyncIterable<string | Buffer>,
): Promise<void> {
  for await (const lines of inputLines(input)) {
    for (const line of lines) {
      if (outputIsClosed()) return;
      if (line.trim() !== '') await print(`${JSON.stringify(answer(line.trim(), table))}\n`);
    }
  }
}

/** What is known of an address that somebody typed. */
export function answer(text: string, table: AddressTable): Record<string, string | null> {
  if (!/^(0x)?[0-9a-f]{1,16}$/i.test(text)) return { pc: text, reason: 'not-an-address' };
  const address = Number.parseInt(text.replace(/^0x/i, ''), 16);
  // As it came, in the usual spelling: beyond 2^53 the number is not exact, and nothing is there.
  const pc = `0x${text.toLowerCase().replace(/^(0x)?0*(?=.)/, '')}`;
  const rule = table.find(address);
  const { cfa, fp, ra } = dwarfNotation(rule, table.machine);
  if (cfa === null) return { pc, reason: reasonOf(rule) };
  return { pc, cfa, rbp: fp, ra };
}

/** Why there is no rule of DWARF's kind. */
function reasonOf(rule: Rule): string {
  return unsupportedReason(rule) ?? (rule.cfaKind === CFA.SWITCH ? 'stack-switch' : 'not-covered');
}
