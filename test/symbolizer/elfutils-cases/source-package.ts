// A Debian source package, from where this machine's own apt gets its packages.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const APT = '/etc/apt';

/**
 * Downloads a package's upstream source into `folder`, unpacks what matches `pattern` (of tar) there, and returns the
 * folder that is in it. apt has sources and lists of its own there: nothing of this machine's is changed. Throws an
 * error that says what failed.
 */
export function unpackSourcePackage(name: string, pattern: string, folder: string): string {
  const downloads = join(folder, 'download');
  const unpacked = join(folder, 'unpacked');
  for (const each of ['sources', 'lists/partial', 'cache/archives/partial', 'download', 'unpacked'])
    mkdirSync(join(folder, each), { recursive: true });
  writeSources(join(folder, 'sources'));
  const options = [
    ...[
      '-q',
      '-o',
      'Dir::Etc::sourcelist=/dev/null',
      '-o',
      `Dir::Etc::sourceparts=${join(folder, 'sources')}`,
    ],
    ...['-o', `Dir::State::lists=${join(folder, 'lists')}`, '-o', `Dir::Cache=${join(folder, 'cache')}`],
    // The user _apt may not write there.
    ...['-o', 'APT::Sandbox::User=root', '-o', 'Acquire::Retries=2', '-o', 'Acquire::http::Timeout=20'],
  ];
  // It succeeds where lists could not be had; then the package is not found.
  const updated = run('apt-get', [...options, 'update'], downloads);
  const got = run('apt-get', [...options, 'source', '--download-only', name], downloads);
  const archive = readdirSync(downloads).find((file) => /\.orig\.tar\.\w+$/.test(file));
  if (got.failed || archive === undefined) {
    throw new Error(
      `no source package of ${name}: this test reads it from where apt of this machine (Debian or its kin) gets its` +
        ` packages (${APT}/sources.list*), which must be reachable and have sources.\n${updated.text}\n${got.text}`,
    );
  }
  const tar = run('tar', ['-xaf', join(downloads, archive), '--wildcards', pattern], unpacked);
  if (tar.failed) throw new Error(`${archive} could not be unpacked: ${tar.text}`);
  return join(unpacked, readdirSync(unpacked)[0]!);
}

/** The machine's own entries, as such of sources. */
function writeSources(folder: string): void {
  const parts = join(APT, 'sources.list.d');
  const files = existsSync(parts) ? readdirSync(parts).map((file) => join(parts, file)) : [];
  for (const [i, file] of [join(APT, 'sources.list'), ...files].entries()) {
    const kind = /\.(list|sources)$/.exec(file)?.[1];
    if (kind === undefined || !existsSync(file)) continue;
    const text = readFileSync(file, 'utf8');
    writeFileSync(join(folder, `${i}.${kind}`), kind === 'list' ? sourceLines(text) : sourceStanzas(text));
  }
}

/** sources.list(5), one line per entry: `deb [OPTIONS] URI SUITE COMPONENT…`. */
export function sourceLines(text: string): string {
  const lines = text.split('\n').filter((line) => /^deb\s/.test(line));
  return lines.map((line) => line.replace(/^deb/, 'deb-src') + '\n').join('');
}

/** sources.list(5), DEB822: stanzas of fields, `Types: deb`. */
export function sourceStanzas(text: string): string {
  const stanzas = text.split(/\n(?:[ \t]*\n)+/).filter((stanza) => /^Types:.*\bdeb(?!-src)/im.test(stanza));
  return stanzas.map((stanza) => stanza.replace(/^Types:.*$/im, 'Types: deb-src') + '\n\n').join('');
}

function run(command: string, args: string[], cwd: string): { failed: boolean; text: string } {
  const { error, status, stdout, stderr } = spawnSync(command, args, { cwd, encoding: 'utf8' });
  if (error !== undefined) return { failed: true, text: error.message };
  return { failed: status !== 0, text: `${stdout}${stderr}` };
}
