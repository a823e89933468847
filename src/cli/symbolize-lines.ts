// What `symbolize` does: lines of addresses in, answers out.
import { homedir } from 'node:os';
import { join } from 'node:path';
import { withoutVersion } from '../binary/symbol-name.ts';
import type { DebugFileServers } from '../symbolizer/companion-opener.ts';
import { debuginfodServers } from './debuginfod-option.ts';
import { inputLines } from './input-lines.ts';
import { PrintedPieces } from './printed-pieces.ts';
import { outputIsClosed } from './standard-output.ts';
import { AddressAnswers, type AnswerFormat, type Demangle } from './symbolize-answers.ts';
import { OpenFiles } from './symbolize-files.ts';

export interface SymbolizeFlags {
  exe?: string;
  json: boolean;
  demangle: boolean;
  debuginfod?: string;
}

const DEMANGLER_BYTES = 16 << 20;

/** `addresses`: none where they come by standard input. */
export async function symbolizeLines(addresses: readonly string[], flags: SymbolizeFlags): Promise<void> {
  const format: AnswerFormat = flags.json ? 'json' : flags.demangle ? 'demangled' : 'linkage';
  const files = new OpenFiles(await serversOf(flags));
  try {
    // A file that was named cannot be missing without a word.
    if (flags.exe !== undefined) files.openOrFail(flags.exe);
    const answers = new AddressAnswers(files, format, await demangling(format));
    const batches = addresses.length > 0 ? [addresses] : inputLines(process.stdin);
    await answerLines(batches, (line) => answers.answer(line, flags.exe));
  } finally {
    files.close();
  }
}

async function answerLines(
  batches: Iterable<readonly string[]> | AsyncIterable<readonly string[]>,
  answer: (line: string) => Promise<string>,
): Promise<void> {
  const pieces = new PrintedPieces();
  for await (const lines of batches) {
    for (const line of lines) {
      if (outputIsClosed()) return;
      if (line.trim() !== '') await pieces.add(await answer(line.trim()));
    }
  }
  await pieces.finish();
}

/** Loaded only where there is a server to ask: it takes as long as reading a small file. */
async function serversOf({ debuginfod }: SymbolizeFlags): Promise<DebugFileServers | null> {
  const servers = debuginfodServers(debuginfod);
  if (servers.length === 0) return null;
  const { debuginfodFiles } = await import('../symbolizer/debug-files/debuginfod-files.ts');
  const cacheHome = process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache');
  const cacheDirectory = join(cacheHome, 'pilotlight', 'debuginfod');
  return debuginfodFiles({ servers, cacheDirectory }, (line) =>
    process.stderr.write(`pilotlight: ${line}\n`),
  );
}

/** Loaded only where names are shown to people. */
async function demangling(format: AnswerFormat): Promise<Demangle> {
  if (format !== 'demangled') return (name) => name;
  const { Demangler } = await import('../symbolizer/demangle/demangler.ts');
  const demangler = new Demangler(DEMANGLER_BYTES);
  return (name) => demangler.demangle(withoutVersion(name));
}
