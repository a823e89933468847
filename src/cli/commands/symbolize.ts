// `pilotlight symbolize`: functions, files and lines of a file's addresses.
import { Command, Option } from 'commander';
import { debuginfodOption } from '../debuginfod-option.ts';
import { usageFailure } from '../failure.ts';
import { GROUPS, valueOption } from '../option.ts';
import type { SymbolizeFlags } from '../symbolize-lines.ts';

const EXAMPLES = `
Examples:
  pilotlight symbolize -e /usr/bin/python3 0x6a2d0 0x6a2d4
  nm -D /lib/x86_64-linux-gnu/libc.so.6 | awk '$2 == "T" {print $1}' | pilotlight symbolize -e /lib/x86_64-linux-gnu/libc.so.6
  echo '/usr/bin/node 0xc4a1b0' | pilotlight symbolize --json

Addresses are hexadecimal and the file's own (as nm and objdump show them). For each one FUNCTION and FILE:LINE:COLUMN,
innermost of the inlined calls first, then an empty line; "??" where nothing is known. Debug files are looked for as gdb
does: /usr/lib/debug by build id, then by debug link. Nothing is asked of the network unless a debuginfod server is named.`;

export function symbolizeCommand(): Command {
  return new Command('symbolize')
    .description('functions, source files and lines of addresses in programs and libraries')
    .argument('[addr...]', 'addresses; without any they are read from standard input, one a line')
    .addOption(
      valueOption(
        '-e, --exe <file>',
        'the ELF file; without it every line of standard input is FILE ADDRESS',
      ).helpGroup(GROUPS.what),
    )
    .addOption(debuginfodOption())
    .addOption(new Option('--json', 'one JSON line for each address').default(false).helpGroup(GROUPS.output))
    .addOption(new Option('--no-demangle', 'linkage names as the file has them').helpGroup(GROUPS.output))
    .addHelpText('after', EXAMPLES)
    .action(run);
}

async function run(addresses: string[], flags: SymbolizeFlags): Promise<void> {
  if (addresses.length > 0 && flags.exe === undefined) {
    throw usageFailure('addresses without a file', 'name it: -e FILE');
  }
  // The other commands need no readers of debug information.
  const { symbolizeLines } = await import('../symbolize-lines.ts');
  await symbolizeLines(addresses, flags);
}
