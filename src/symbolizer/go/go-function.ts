// GoFunction: one function, decoded, and the chain of calls at any of its instructions.
import type { SourceFrame } from '../source-frame.ts';
import type { GoStrings } from '../../binary/go/go-strings.ts';
import type { InlinedCall } from './inline-tree.ts';
import { NO_VALUE, type PcValues } from './pc-values.ts';

/** Go's compiler gives up long before; a chain that leads back into itself ends here. */
const MAX_DEPTH = 256;
/** Of the objects of one function, besides its columns. */
const OBJECT_BYTES = 600;

export interface GoFunctionParts {
  /** Offset among names. */
  name: number;
  /** Index of its compilation unit's first file. */
  unit: number;
  files: PcValues;
  lines: PcValues;
  inlined: PcValues;
  inlinedCall: (index: number) => InlinedCall | null;
}

export class GoFunction {
  private readonly parts: GoFunctionParts;

  constructor(parts: GoFunctionParts) {
    this.parts = parts;
  }

  get byteLength(): number {
    const { files, lines, inlined } = this.parts;
    return OBJECT_BYTES + files.byteLength + lines.byteLength + inlined.byteLength;
  }

  /**
   * Innermost first. Null behind the last instruction, where padding is. `offset`: bytes from the function's entry.
   * Throws `BinaryFormatError` where names or calls lie outside the file.
   */
  framesAt(offset: number, strings: GoStrings): SourceFrame[] | null {
    const { lines, inlined, inlinedCall, name } = this.parts;
    // A function without line table (of a C archive's stub, say) has its name still.
    if (lines.byteLength > 0 && lines.find(offset) === NO_VALUE) return null;
    const frames: SourceFrame[] = [];
    let at = offset;
    while (frames.length < MAX_DEPTH) {
      const index = inlined.find(at);
      const call = index < 0 ? null : inlinedCall(index);
      if (call === null) break;
      frames.push(this.frame(call.name, at, strings));
      at = call.parentPc;
    }
    frames.push(this.frame(name, at, strings));
    return frames;
  }

  private frame(name: number, offset: number, strings: GoStrings): SourceFrame {
    const { files, lines, unit } = this.parts;
    const file = files.find(offset);
    const line = lines.find(offset);
    return {
      name: strings.name(name),
      file: file < 0 ? '' : strings.file(unit, file),
      line: Math.max(0, line),
      column: 0,
    };
  }
}
