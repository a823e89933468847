// The rows that llvm-dwarfdump shows for a file.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';

/** Rows by ascending address. A row's text is in `texts`. */
export interface ReferenceRows {
  start: Float64Array;
  /** The next row's start, or the FDE's end. */
  end: Float64Array;
  text: Uint32Array;
  /** `CFA|RBP|RA`, the parts as it prints them; an empty part: it says nothing. */
  texts: string[];
  /** Rows that begin where a row of another FDE has not ended. */
  overlapping: number;
}

const CANDIDATES = [19, 20, 18, 17, 16, 15, 14].flatMap((version) => [
  `/usr/lib/llvm-${version}/bin/llvm-dwarfdump`,
]);

export function findDwarfdump(): string {
  const found = [...CANDIDATES, '/usr/bin/llvm-dwarfdump'].find((path) => existsSync(path));
  if (found === undefined) throw new Error('llvm-dwarfdump is not installed: apt-get install llvm-19');
  return found;
}

export async function dwarfdumpRows(program: string, path: string): Promise<ReferenceRows> {
  const parser = new RowParser();
  const child = spawn(program, ['--eh-frame', path], { stdio: ['ignore', 'pipe', 'ignore'] });
  let rest = '';
  for await (const chunk of child.stdout.setEncoding('latin1')) {
    const lines = (rest + (chunk as string)).split('\n');
    rest = lines.pop()!;
    for (const line of lines) parser.line(line);
  }
  return parser.finish();
}

class RowParser {
  private readonly rows: { start: number; end: number; text: number; fde: number }[] = [];
  private readonly numbers = new Map<string, number>();
  private readonly byLine = new Map<string, number>();
  private fde = 0;
  private fdeEnd = 0;
  private inFde = false;

  line(line: string): void {
    if (line.startsWith('  0x') && this.inFde) return this.row(line);
    // "00000018 00000014 0000001c FDE cie=00000000 pc=000023d0...000023f2"
    const fde = / FDE cie=.* pc=([0-9a-f]+)\.\.\.([0-9a-f]+)/.exec(line);
    if (fde !== null) {
      this.inFde = true;
      this.fde++;
      this.fdeEnd = Number.parseInt(fde[2]!, 16);
    } else if (line.includes(' CIE')) {
      this.inFde = false;
    }
  }

  finish(): ReferenceRows {
    const rows = this.rows.sort((a, b) => a.start - b.start || a.fde - b.fde);
    let overlapping = 0;
    rows.forEach((row, i) => {
      const next = rows[i + 1];
      if (next === undefined || next.start >= row.end) return;
      overlapping++;
      row.end = next.start;
    });
    const kept = rows.filter(({ start, end }) => end > start);
    return {
      start: Float64Array.from(kept, ({ start }) => start),
      end: Float64Array.from(kept, ({ end }) => end),
      text: Uint32Array.from(kept, ({ text }) => text),
      texts: [...this.numbers.keys()],
      overlapping,
    };
  }

  /** "  0x23d0: CFA=RSP+8: RBP=[CFA-16], RIP=[CFA-8]" */
  private row(line: string): void {
    const colon = line.indexOf(':');
    const start = Number.parseInt(line.slice(4, colon), 16);
    const previous = this.rows[this.rows.length - 1];
    if (previous?.fde === this.fde) previous.end = start;
    this.rows.push({ start, end: this.fdeEnd, text: this.textOf(line.slice(colon + 2)), fde: this.fde });
  }

  private textOf(line: string): number {
    const known = this.byLine.get(line);
    if (known !== undefined) return known;
    const text = rowText(line);
    const number = this.numbers.get(text) ?? this.numbers.size;
    this.numbers.set(text, number);
    this.byLine.set(line, number);
    return number;
  }
}

/** "CFA=RSP+8: RBP=[CFA-16], RIP=[CFA-8]" → "RSP+8|[CFA-16]|[CFA-8]" */
export function rowText(line: string): string {
  const [cfa = '', registers = ''] = line.replace(/^CFA=/, '').split(/: (.*)/s);
  const rules = new Map<string, string>();
  // Rules of registers: a place in brackets, which may hold commas, or a word.
  for (const [, name, rule] of registers.matchAll(/(\w+)=(\[[^\]]*\]|[^,]+)/g)) rules.set(name!, rule!);
  const framePointer = rules.get('RBP') ?? '';
  // Undefined: no caller may ask for it. Tables take it for unchanged.
  return [cfa, framePointer === 'undefined' ? '' : framePointer, rules.get('RIP') ?? ''].join('|');
}
