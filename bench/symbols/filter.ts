// Programs that name addresses as filters: hexadecimal addresses in, chains of inlined calls out.
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../lib/daemon.ts';
import { addr2lineChains, isAddressLine, llvmChains, ourChains, type Chain } from './answer-formats.ts';

export interface Filter {
  name: string;
  command: string;
  /** The file comes last. */
  args: readonly string[];
  /** Whether a line of its output begins the answer to an address. */
  begins: (line: string) => boolean;
  /** How many lines the last answer has at least; when they are there it is complete but for what is inlined. */
  linesOfAnswer: number;
  /** How many addresses it is asked again for its warm rate: a few seconds' work. */
  warmAddresses: number;
  parse: (output: string) => Map<number, Chain>;
}

export interface Filters {
  ours: Filter;
  llvm: Filter;
  elfutils: Filter;
  binutils: Filter;
  /** Of the reference tools. */
  versions: string;
}

const WARM_ADDRESSES = 10_000;
/** Neither addr2line remembers what it found: 5 ms per address of C++ templates. */
const SLOW_WARM_ADDRESSES = 500;
const ADDR2LINE_ARGS = ['-a', '-f', '-i', '-e'];
const LLVM = [19, 20, 18, 17, 16].map((version) => `/usr/lib/llvm-${version}/bin/llvm-symbolizer`);

/** Throws where a reference tool is missing, with the package that has it. */
export function findFilters(): Filters {
  const llvm = installed([...LLVM, '/usr/bin/llvm-symbolizer'], 'llvm-symbolizer', 'llvm-19');
  const elfutils = installed(['/usr/bin/eu-addr2line'], 'eu-addr2line', 'elfutils');
  const binutils = installed(['/usr/bin/addr2line'], 'addr2line', 'binutils');
  return {
    ours: {
      name: 'pilotlight symbolize',
      command: process.execPath,
      args: [join(ROOT, 'bin', 'pilotlight.js'), 'symbolize', '--json', '-e'],
      begins: (line) => line.startsWith('{'),
      linesOfAnswer: 1,
      warmAddresses: WARM_ADDRESSES,
      parse: ourChains,
    },
    llvm: {
      name: 'llvm-symbolizer',
      command: llvm,
      args: ['--inlines', '--no-demangle', '--output-style=JSON', '-e'],
      begins: (line) => line.startsWith('{'),
      linesOfAnswer: 1,
      warmAddresses: WARM_ADDRESSES,
      parse: llvmChains,
    },
    elfutils: addr2line('eu-addr2line', elfutils),
    binutils: addr2line('addr2line', binutils),
    versions: [
      `llvm-symbolizer ${versionOf(llvm)}`,
      `eu-addr2line ${versionOf(elfutils)}`,
      `addr2line ${versionOf(binutils)}`,
    ].join(', '),
  };
}

function addr2line(name: string, command: string): Filter {
  return {
    name,
    command,
    args: ADDR2LINE_ARGS,
    begins: isAddressLine,
    linesOfAnswer: 3,
    warmAddresses: SLOW_WARM_ADDRESSES,
    parse: addr2lineChains,
  };
}

function installed(candidates: readonly string[], name: string, debian: string): string {
  const found = candidates.find((path) => existsSync(path));
  if (found === undefined) throw new Error(`${name} is not installed: apt-get install ${debian}`);
  return found;
}

/** "eu-addr2line (elfutils) 0.188", "Debian LLVM version 19.1.7": the last word that begins with a number. */
function versionOf(command: string): string {
  const text = execFileSync(command, ['--version'], { encoding: 'utf8' });
  return /(?:version |\) )(\d[\w.]*)/.exec(text)?.[1] ?? 'of unknown version';
}
