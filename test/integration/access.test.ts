// The daemon over TLS with tokens, asked by the command line, while its files are replaced. Without a sampler.
import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SERVICE_USER } from '../../src/cli/service-users.ts';
import { COMMAND, pilotlight } from '../support/daemon.ts';
import { Running, until } from '../support/programs.ts';
import { ADMIN_TOKEN, READ_TOKEN } from '../support/token-access.ts';
import { TlsFixtures } from '../support/tls-fixtures.ts';

const START_MS = 40_000;
/** Files are looked at every two seconds, twice. */
const RELOAD_MS = 60_000;

const folder = mkdtempSync(join(tmpdir(), 'pilotlight-access-'));
const files = new TlsFixtures();
const dataDir = join(folder, 'data');
const tokens = join(folder, 'tokens');
const own = join(folder, 'own');
const authority = files.put('authority.pem');
for (const each of [folder, files.folder]) chmodSync(each, 0o755);

/** Started by root the service is another user, who must be able to read what we write. */
const [uid, gid] =
  process.getuid?.() === 0
    ? ['-u', '-g'].map((which) => Number(execFileSync('id', [which, SERVICE_USER], { encoding: 'utf8' })))
    : [process.getuid!(), process.getgid!()];
const hand = (path: string) => chownSync(path, uid!, gid!);

let daemon: Running;
let server: string;
beforeAll(async () => {
  writeTokens(`read grafana ${READ_TOKEN}\n`);
  writeFileSync(own, `${READ_TOKEN}\n`);
  const { cert, key } = files.pair('server');
  hand(key);
  const access = ['--token-file', tokens, '--tls-cert', cert, '--tls-key', key];
  const args = ['serve', '--no-sampler', '--listen', '127.0.0.1:0', '--data-dir', dataDir, ...access];
  daemon = new Running(process.execPath, [COMMAND, ...args]);
  await until('the page', START_MS, () => daemon.stdout.includes('Page: https://') || !daemon.alive);
  server = /Page: (\S+)/.exec(daemon.stdout)?.[1] ?? '';
  expect(server, daemon.stderr).not.toBe('');
});
afterAll(async () => {
  await daemon.stop('SIGTERM');
  rmSync(folder, { recursive: true });
  files.remove();
});

/** Beside, then renamed. */
function writeTokens(text: string): void {
  writeFileSync(`${tokens}.new`, text, { mode: 0o600 });
  hand(`${tokens}.new`);
  renameSync(`${tokens}.new`, tokens);
}

const ask = (...more: string[]) =>
  pilotlight('export', '--server', server, '--tls-ca', authority, '--format', 'folded', ...more);

describe('the daemon with tokens over TLS', () => {
  it('lets the command line in, and notes what it took', async () => {
    expect(await ask('--token-file', own)).toMatchObject({ code: 0, stdout: '' });
    const [line] = readFileSync(join(dataDir, 'audit.log'), 'utf8').split('\n');
    expect(JSON.parse(line!)).toMatchObject({
      ...{ what: 'export', address: '127.0.0.1', token: 'grafana', status: 200, complete: true },
      asked: { from: 'now-5m', until: 'now', format: 'folded' },
    });
    expect(line).not.toContain(READ_TOKEN);
  });

  it('says to others what they lack', async () => {
    const without = await ask();
    expect(without.code).toBe(1);
    expect(without.stderr).toMatch(
      /^pilotlight: https:\S+ wants a token: .*; give the file .* --token-file\n$/,
    );
    const untrusting = await pilotlight('export', '--server', server, '--token-file', own);
    expect(untrusting.stderr).toMatch(
      /nobody known here has signed its certificate \(--tls-ca names an authority\)/,
    );
  });

  it('keeps its tokens while their file is broken, and takes the next right one', async () => {
    writeTokens('read grafana\n');
    await until('word of the broken file', RELOAD_MS, () => daemon.stderr.includes('stays in force'));
    expect(daemon.stderr).toContain(
      `pilotlight: ${tokens}:1: a line is "SCOPE NAME TOKEN"; what was read before`,
    );
    expect((await ask('--token-file', own)).code).toBe(0);
    writeTokens(`admin ops ${ADMIN_TOKEN}\n`);
    await until('word of the new file', RELOAD_MS, () => daemon.stderr.includes(`${tokens}: read again`));
    expect((await ask('--token-file', own)).code).toBe(1);
    expect((await ask('--token-file', tokens)).code).toBe(0);
  });

  it('does not begin with a key of another certificate', async () => {
    const { key } = files.pair('other', 'another');
    hand(key);
    const args = [
      '--tls-cert',
      files.put('server.pem', 'again.pem'),
      '--tls-key',
      key,
      '--data-dir',
      join(folder, 'x'),
    ];
    const ended = await pilotlight('serve', '--no-sampler', '--listen', '127.0.0.1:0', ...args);
    expect(ended.code).toBe(1);
    expect(ended.stderr).toMatch(
      /^pilotlight: the key in .*another\.key\.pem is not that of the first certificate in .*again\.pem\n$/,
    );
  });
});
