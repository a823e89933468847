// Common information entries (DWARF 5, 6.4.1; LSB 5.0 Core, 10.6.1.1).
import type { Cursor } from '../binary/cursor.ts';
import type { RuleContext } from './frame-rule.ts';
import type { FrameState } from './frame-state.ts';
import type { FollowedRegisters } from './frame-tracker.ts';
import type { Machine } from './machine.ts';
import * as DW from './dwarf-constants.ts';
import { readEncodedPointer, type PointerBases } from './encoded-pointer.ts';

export interface Cie extends RuleContext {
  codeAlign: number;
  dataAlign: number;
  followed: FollowedRegisters;
  /** DW_EH_PE_ of the addresses in its FDEs. */
  pointerEncoding: number;
  /** Its FDEs have a length and data of that length before their instructions. */
  sizedAugmentation: boolean;
  initial: FrameState;
}

/** What is known before the initial instructions are run, and the cursor that they start at. */
export type CieHead = Omit<Cie, 'initial'>;

interface Augmentation {
  sized: boolean;
  pointerEncoding: number;
  signalFrame: boolean;
}

/**
 * Reads from behind the CIE's id; the cursor is at its instructions then. Throws `BinaryFormatError` for a version,
 * an address size or an augmentation whose FDEs could be misread.
 */
export function readCieHead(cursor: Cursor, machine: Machine, bases: PointerBases): CieHead {
  const version = cursor.u8();
  if (version !== 1 && version !== 3 && version !== 4) cursor.fail('bad-value', `CIE version ${version}`);
  const letters = cursor.cstring();
  if (version === 4) checkSizes(cursor, bases);
  if (letters === 'eh') cursor.skip(bases.addressBytes); // GCC 2: the address of an exception table
  const codeAlign = cursor.uleb();
  const dataAlign = cursor.sleb();
  const returnAddress = version === 1 ? cursor.u8() : cursor.uleb();
  const augmentation = readAugmentation(cursor, letters, bases);
  const { stackPointer, framePointer } = machine;
  return {
    machine,
    codeAlign,
    dataAlign,
    followed: { stackPointer, framePointer, returnAddress },
    pointerEncoding: augmentation.pointerEncoding,
    sizedAugmentation: augmentation.sized,
    signalFrame: augmentation.signalFrame,
  };
}

/** DWARF 4 has them in every CIE. */
function checkSizes(cursor: Cursor, { addressBytes }: PointerBases): void {
  const addressSize = cursor.u8();
  const segmentSelectorSize = cursor.u8();
  if (addressSize !== addressBytes) cursor.fail('bad-value', `addresses of ${addressSize} bytes`);
  if (segmentSelectorSize !== 0) cursor.fail('bad-value', 'segment selectors');
}

function readAugmentation(cursor: Cursor, letters: string, bases: PointerBases): Augmentation {
  const found = { sized: false, pointerEncoding: DW.DW_EH_PE_absptr, signalFrame: false };
  if (letters === '' || letters === 'eh') return found;
  if (!letters.startsWith('z')) cursor.fail('bad-value', `augmentation "${letters}"`);
  found.sized = true;
  // The data's end is known, so letters that nobody here knows can be left alone with what follows them.
  const data = cursor.sub(cursor.uleb());
  for (let i = 1; i < letters.length; i++) {
    if (readLetter(letters[i]!, data, bases, found)) continue;
    if (letters.includes('R', i)) cursor.fail('bad-value', `augmentation "${letters}"`);
    break;
  }
  return found;
}

/** False for a letter that is not known. */
function readLetter(letter: string, data: Cursor, bases: PointerBases, into: Augmentation): boolean {
  switch (letter) {
    case 'R':
      into.pointerEncoding = data.u8();
      return true;
    case 'P':
      readEncodedPointer(data, data.u8(), bases); // personality routine
      return true;
    case 'L':
      data.u8(); // encoding of the FDE's exception table
      return true;
    case 'S':
      into.signalFrame = true;
      return true;
    case 'B': // return addresses are signed with key B (AArch64)
    case 'G': // tagged stack frames (AArch64)
      return true;
    default:
      return false;
  }
}
