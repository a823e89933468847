// The rows that readelf (binutils) shows for a file's call frame information.
import { spawnSync } from 'node:child_process';

/** As `wordNotation` spells them; null where readelf only says that there is an expression. */
export interface FrameRow {
  address: number;
  text: string | null;
}

const NAMES = 'RAX RDX RCX RBX RSI RDI RBP RSP R8 R9 R10 R11 R12 R13 R14 R15'.split(' ');

/** By ascending address; FDEs that do not touch have a row `-` between them. x86-64 only. */
export function readelfFrames(path: string): FrameRow[] {
  const fdes: { start: number; end: number; rows: FrameRow[] }[] = [];
  /** By the CIE's offset: its row, which an FDE without instructions has too. */
  const cies = new Map<string, string | null>();
  let cie = '';
  let columns: string[] = [];
  for (const line of dump(path).split('\n')) {
    // "00000018 0000000000000014 0000001c FDE cie=00000000 pc=0000000000001050..0000000000001076"
    const head = /^([0-9a-f]{8}) .* (?:CIE|FDE cie=([0-9a-f]+) pc=([0-9a-f]+)\.\.([0-9a-f]+))/.exec(line);
    if (head !== null) {
      const [, offset, its, start, end] = head;
      columns = [];
      cie = its === undefined ? offset! : '';
      if (its === undefined) continue;
      const address = Number.parseInt(start!, 16);
      const rows = [{ address, text: cies.get(its) ?? null }];
      fdes.push({ start: address, end: Number.parseInt(end!, 16), rows });
    } else if (line.startsWith('   LOC')) {
      columns = line.trim().split(/\s+/);
    } else if (/^[0-9a-f]{16} /.test(line)) {
      // "r5 (rdi)"
      const cells = line
        .trim()
        .replace(/ \(\w+\)/g, '')
        .split(/\s+/);
      const text = rowText(columns, cells);
      if (cie !== '') cies.set(cie, text);
      else addRow(fdes[fdes.length - 1]!, Number.parseInt(cells[0]!, 16), text);
    }
  }
  return joined(fdes.filter(({ start, end }) => end > start));
}

/** It fails where it finds no debug file, and has shown everything by then. */
function dump(path: string): string {
  const args = ['-W', '--debug-dump=frames-interp', path];
  return spawnSync('readelf', args, { encoding: 'latin1', maxBuffer: 1 << 28 }).stdout;
}

function addRow(fde: { end: number; rows: FrameRow[] }, address: number, text: string | null): void {
  if (address === fde.rows[fde.rows.length - 1]?.address) fde.rows.pop();
  if (address < fde.end) fde.rows.push({ address, text });
}

function rowText(columns: readonly string[], cells: readonly string[]): string | null {
  const cell = (name: string): string => cells[columns.indexOf(name)] ?? 'u';
  const [cfa, rbp, ra, rsp] = [cell('CFA'), cell('rbp'), cell('ra'), cell('rsp')];
  // Where the stack pointer is not the CFA a table has no rule.
  if ([cfa, rbp, ra].some((text) => text.endsWith('exp')) || rsp !== 'u') return null;
  const place = cfa.toUpperCase().replace(/\+0$/, '');
  return `${place} ${saved(rbp, 'same')} ${saved(ra, 'undefined')}`;
}

/** "c-16", "s", "u", "r5" */
function saved(text: string, unsaid: string): string {
  if (text === 'u' || text === 's') return unsaid;
  if (text.startsWith('c')) return `[CFA${text.slice(1).replace(/^[+-]0$/, '')}]`;
  return NAMES[Number(text.slice(1))] ?? text;
}

function joined(fdes: { start: number; end: number; rows: FrameRow[] }[]): FrameRow[] {
  fdes.sort((a, b) => a.start - b.start);
  const rows = fdes.flatMap((fde, i) => {
    const next = fdes[i + 1]?.start;
    return next === fde.end ? fde.rows : [...fde.rows, { address: fde.end, text: '-' }];
  });
  return rows.filter(({ text }, i) => text === null || text !== rows[i - 1]?.text);
}
