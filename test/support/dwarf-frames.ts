// Frames of hex addresses on standard input, by the DWARF reader alone, as one JSON per line. For comparing with other
// tools: node --import tsx test/support/dwarf-frames.ts [--supplement FILE] [--dwp FILE] [--time] ELF [DEBUG FILE]
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { BinaryFormatError } from '../../src/binary/binary-format-error.ts';
import { FdSource } from '../../src/binary/byte-source.ts';
import { ElfFile } from '../../src/binary/elf/elf-file.ts';
import { DebugInfo, type DebugInfoOptions } from '../../src/symbolizer/dwarf/debug-info.ts';
import type { DebugSections } from '../../src/symbolizer/dwarf/debug-sections.ts';
import { ElfSymbols } from '../../src/symbolizer/elf/elf-symbols.ts';
import type { SourceFrame } from '../../src/symbolizer/source-frame.ts';
import { elfDebugSections } from './elf-debug-sections.ts';

const { values, positionals } = parseArgs({
  options: {
    supplement: { type: 'string' },
    dwp: { type: 'string' },
    debug: { type: 'string' },
    time: { type: 'boolean', default: false },
  },
  allowPositionals: true,
});
const debugFile = values.debug ?? positionals[0]!;
const began = performance.now();

const sections = (path: string): DebugSections => elfDebugSections(new FdSource(openSync(path, 'r')));

const options: DebugInfoOptions = {
  dwo: (name, folder) => {
    const path = name.startsWith('/') ? name : join(folder, name);
    return existsSync(path) ? sections(path) : null;
  },
};
if (values.supplement !== undefined) options.supplement = sections(values.supplement);
if (values.dwp !== undefined) options.package = sections(values.dwp);
const info = new DebugInfo(sections(debugFile), options);

const addresses = readFileSync(0, 'utf8').split('\n').filter(Boolean).map(Number);

function framesAt(address: number): SourceFrame[] {
  try {
    return info.framesAt(address) ?? [];
  } catch (error) {
    if (!(error instanceof BinaryFormatError)) throw error;
    process.stderr.write(`${address.toString(16)}: ${error.message}\n`);
    return [];
  }
}

const answers = addresses.map(framesAt);
const cold = performance.now();

if (values.time) {
  const rounds = 20;
  for (let round = 0; round < rounds; round++) for (const address of addresses) framesAt(address);
  const warm = (performance.now() - cold) / rounds;
  const figures = {
    addresses: addresses.length,
    known: answers.filter(({ length }) => length > 0).length,
    frames: answers.reduce((sum, { length }) => sum + length, 0),
    coldMs: Math.round(cold - began),
    warmPerSecond: Math.round((addresses.length / warm) * 1000),
    byteLength: info.byteLength,
    maxRssMb: Math.round(process.resourceUsage().maxRSS / 1024),
  };
  console.log(JSON.stringify(figures));
} else {
  printWithSymbols();
}

/** As llvm-symbolizer: the outermost function has the symbol table's name, which has what the linker sees of it. */
function printWithSymbols(): void {
  const fd = openSync(debugFile, 'r');
  const elf = new ElfFile(new FdSource(fd));
  const symbols = ElfSymbols.read(elf);
  const lines = addresses.map((address, i) => {
    const frames = answers[i]!;
    const symbol = symbols?.symbolAt(address)?.name ?? '';
    if (frames.length === 0) frames.push({ name: '', file: '', line: 0, column: 0 });
    if (symbol !== '') frames.at(-1)!.name = symbol;
    const rows = frames.map(({ name, file, line, column }) => [name, file, line, column]);
    return JSON.stringify({ addr: `0x${address.toString(16)}`, frames: rows });
  });
  closeSync(fd);
  console.log(lines.join('\n'));
}
