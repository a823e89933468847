// docs/benchmarks.md: one section per benchmark, replaced by each run.
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

const HEAD = `# Benchmarks

What Pilotlight costs, and how fast it answers: measured, with the machine it was measured on. Each section is written
by its own run (\`npm run bench -- NAME\`); aims that were missed stay visible.
`;

export type Verdict = 'met' | 'missed' | 'not measured';

export interface Aim {
  aim: string;
  measured: string;
  verdict: Verdict;
}

export function aimVerdict(met: boolean | undefined): Verdict {
  return met === undefined ? 'not measured' : met ? 'met' : 'missed';
}

/** A Markdown table; the first column is text, the others are figures. */
export function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  const rule = header.map((_, i) => (i === 0 ? '---' : '---:'));
  return [line(header), line(rule), ...rows.map(line)].join('\n');
}

export function aimsTable(aims: readonly Aim[]): string {
  const rows = aims.map(({ aim, measured, verdict }) => [
    aim,
    measured,
    verdict === 'missed' ? '**missed**' : verdict,
  ]);
  return table(['aim', 'measured', ''], rows);
}

/** The document with the section `name` replaced, or added at its end. */
export function withSection(document: string, name: string, section: string): string {
  const begin = `<!-- bench:${name} -->`;
  const end = `<!-- /bench:${name} -->`;
  const whole = `${begin}\n${section.trim()}\n${end}`;
  const from = document.indexOf(begin);
  const until = document.indexOf(end, from);
  if (from < 0 || until < 0) return `${document.trimEnd()}\n\n${whole}\n`;
  return document.slice(0, from) + whole + document.slice(until + end.length);
}

export function writeSection(path: string, name: string, section: string): void {
  const document = existsSync(path) ? readFileSync(path, 'utf8') : HEAD;
  mkdirSync(dirname(path), { recursive: true });
  // Renamed into place: a run that is interrupted leaves the last one's figures.
  writeFileSync(`${path}.tmp`, withSection(document, name, section));
  renameSync(`${path}.tmp`, path);
}
