// Where `-o` sends a profile, and what is said about it on standard error.
import { usageFailure } from './failure.ts';
import { OutputFile } from './output-file.ts';
import type { ProfileFormat } from './output-format.ts';
import { FORMAT_FACTS, formatOf, shellWord } from './output-format.ts';
import { formatBytes } from './progress-line.ts';
import { printable } from './terminal-text.ts';

export interface OutputFlags {
  output?: string;
  format?: ProfileFormat;
}

/** The form that was asked for, or that the file's name tells. */
export function formatFrom({ output, format }: OutputFlags): ProfileFormat {
  return format ?? formatOf(output);
}

/** A file, or null for standard output (`-o -`, or none where that is not a terminal). */
export function openTarget(output: string | undefined, format: ProfileFormat): OutputFile | null {
  return openOutput(output, { name: format, binary: FORMAT_FACTS[format].binary, example: 'cpu.pb.gz' });
}

/** The same for anything else; `example`: a fitting name of a file. */
export function openOutput(
  output: string | undefined,
  { name, binary, example }: { name: string; binary: boolean; example: string },
): OutputFile | null {
  if (output !== undefined && output !== '-') return OutputFile.open(output);
  if (process.stdout.isTTY && binary) {
    throw usageFailure(
      `${name} is binary, and standard output is a terminal`,
      `write it to a file: -o ${example}`,
    );
  }
  return null;
}

/** `wrote cpu.pb.gz (12.3 kB); look at it: go tool pprof -http=: cpu.pb.gz`. */
export function tellWritten(file: OutputFile, format: ProfileFormat): void {
  const name = printable(file.path);
  const look = FORMAT_FACTS[format].look(shellWord(name));
  process.stderr.write(`pilotlight: wrote ${name} (${formatBytes(file.bytes)}); look at it: ${look}\n`);
}
