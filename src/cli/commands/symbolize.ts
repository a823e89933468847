// `pilotlight symbolize`: functions, files and lines of a file's addresses.
import { homedir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Command, Option } from 'commander';
import { debuginfodFiles } from '../../symbolizer/debug-files/debuginfod-files.ts';
import type { DebugFileServers } from '../../symbolizer/companion-opener.ts';
import { debuginfodOption, debuginfodServers } from '../debuginfod-option.ts';
import { usageFailure } from '../failure.ts';
import { GROUPS, valueOption } from '../option.ts';
import { outputIsClosed, print } from '../standard-output.ts';
import { AddressAnswers, type AnswerFormat } from '../symbolize-answers.ts';
import { OpenFiles } from '../symbolize-files.ts';

const EXAMPLES = `
Examples:
  pilotlight symbolize -e /usr/bin/python3 0x6a2d0 0x6a2d4
  nm -D /lib/x86_64-linux-gnu/libc.so.6 | awk '$2 == "T" {print $1}' | pilotlight symbolize -e /lib/x86_64-linux-gnu/libc.so.6
  echo '/usr/bin/node 0xc4a1b0' | pilotlight symbolize --json

Addresses are hexadecimal and the file's own (as nm and objdump show them). For each one FUNCTION and FILE:LINE:COLUMN,
innermost of the inlined calls first, then an empty line; "??" where nothing is known. Debug files are looked for as gdb
does: /usr/lib/debug by build id, then by debug link. Nothing is asked of the network unless a debuginfod server is named.`;

interface SymbolizeFlags {
  exe?: string;
  json: boolean;
  demangle: boolean;
  debuginfod?: string;
}

/** Lines are answered in pieces of about so many characters. */
const PIECE_CHARACTERS = 1 << 16;

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
  const format: AnswerFormat = flags.json ? 'json' : flags.demangle ? 'demangled' : 'linkage';
  const files = new OpenFiles(serversOf(flags));
  try {
    // A file that was named cannot be missing without a word.
    if (flags.exe !== undefined) files.openOrFail(flags.exe);
    const answers = new AddressAnswers(files, format);
    const lines =
      addresses.length > 0 ? addresses : createInterface({ input: process.stdin, crlfDelay: Infinity });
    await answerLines(lines, (line) => answers.answer(line, flags.exe));
  } finally {
    files.close();
  }
}

/** Printed at once when the other side waits for it (a pipe that is written line by line), else in pieces. */
async function answerLines(
  lines: Iterable<string> | AsyncIterable<string>,
  answer: (line: string) => Promise<string>,
): Promise<void> {
  let piece = '';
  let flushing = Promise.resolve();
  let waiting: NodeJS.Immediate | undefined;
  const flush = (): void => {
    waiting = undefined;
    const text = piece;
    piece = '';
    flushing = print(text);
  };
  for await (const line of lines) {
    if (outputIsClosed()) break;
    if (line.trim() === '') continue;
    piece += await answer(line.trim());
    if (piece.length >= PIECE_CHARACTERS) {
      flush();
      await flushing;
    } else {
      waiting ??= setImmediate(flush);
    }
  }
  clearImmediate(waiting);
  await flushing;
  await print(piece);
}

function serversOf({ debuginfod }: SymbolizeFlags): DebugFileServers | null {
  const servers = debuginfodServers(debuginfod);
  if (servers.length === 0) return null;
  const cacheHome = process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache');
  const cacheDirectory = join(cacheHome, 'pilotlight', 'debuginfod');
  return debuginfodFiles({ servers, cacheDirectory }, (line) =>
    process.stderr.write(`pilotlight: ${line}\n`),
  );
}
