import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { AccessFileError } from '../../../src/server/access/secret-file.ts';
import { parseTokens, readTokenFile } from '../../../src/server/access/token-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'pilotlight-tokens-'));
afterAll(() => rmSync(folder, { recursive: true }));

const SECRET = 'aB3-._~+/aB3aB3aB3aB3==';

function file(text: string, mode = 0o600): string {
  const path = join(folder, 'tokens');
  rmSync(path, { force: true });
  writeFileSync(path, text);
  chmodSync(path, mode);
  return path;
}

describe('parseTokens', () => {
  it('reads a token per line, between comments and whatever white space', () => {
    const text = `# who\n\n read\tgrafana   ${SECRET}\r\nadmin ops ${SECRET}x=\n`.replace(
      `${SECRET}x=`,
      `x${SECRET}`,
    );
    expect(parseTokens('f', text)).toEqual([
      { scope: 'read', name: 'grafana', text: SECRET },
      { scope: 'admin', name: 'ops', text: `x${SECRET}` },
    ]);
  });

  it.each([
    ['', /^f has no token: a line is "SCOPE NAME TOKEN"$/],
    ['# nothing\n', /^f has no token/],
    [SECRET, /^f:1: a line is "SCOPE NAME TOKEN"$/],
    [`\nread ${SECRET}`, /^f:2: a line is/],
    [`read a ${SECRET} b`, /^f:1: a line is/],
    [`write a ${SECRET}`, /^f:1: the scope is one of read, admin$/],
    [`read a\x1b[2J ${SECRET}`, /^f:1: a name is up to 64/],
    ['read a short', /^f:1: a token is 20 to 512 letters.*\(openssl rand -hex 24\)$/],
    [`read a ${'x'.repeat(600)}`, /^f:1: a token is 20 to 512/],
    [`read a ${SECRET}\nread a x${SECRET}`, /^f:2: the name a is there already$/],
    [`read a ${SECRET}\nadmin b ${SECRET}`, /^f:2: the token is there already$/],
  ])('refuses %j with its line, and tells no token', (text, message) => {
    const parse = () => parseTokens('f', text);
    expect(parse).toThrow(AccessFileError);
    expect(parse).toThrow(message);
    expect(parse).not.toThrow(SECRET.slice(0, 8));
  });

  it('reads a hundred tokens and no more', () => {
    const lines = (count: number) =>
      Array.from({ length: count }, (_, i) => `read n${i} ${SECRET.slice(0, -2)}${i}`).join('\n');
    expect(parseTokens('f', lines(100))).toHaveLength(100);
    expect(() => parseTokens('f', lines(101))).toThrow(/^f has 101 tokens, at most 100 are read$/);
  });
});

describe('readTokenFile', () => {
  const line = `read grafana ${SECRET}\n`;

  it.each([0o600, 0o400, 0o640, 0o440])('takes a file of mode %o', (mode) => {
    expect(readTokenFile(file(line, mode)).find(SECRET)).toEqual({ name: 'grafana', scope: 'read' });
  });

  it.each([0o644, 0o604, 0o666, 0o620, 0o602, 0o777])(
    'refuses one of mode %o, and says what mends it',
    (mode) => {
      const path = file(line, mode);
      expect(() => readTokenFile(path)).toThrow(
        `${path} can be read or changed by other users (mode ${mode.toString(8)}): chmod o=,g-w ${path}`,
      );
    },
  );

  it('follows a link, as Kubernetes puts secrets', () => {
    const link = join(folder, 'link');
    symlinkSync(file(line), link);
    expect(readTokenFile(link).size).toBe(1);
  });

  it('says that there is no file, or that it is none', () => {
    expect(() => readTokenFile(join(folder, 'none'))).toThrow(
      /^cannot read .*none: there is no such file \(ENOENT\)$/,
    );
    mkdirSync(join(folder, 'sub'));
    expect(() => readTokenFile(join(folder, 'sub'))).toThrow(/sub is not a file$/);
    expect(() => readTokenFile('/dev/null')).toThrow('/dev/null is not a file');
  });

  it('does not read a file of any size', () => {
    expect(() => readTokenFile(file('#'.repeat(300_000)))).toThrow(
      /has 300000 bytes, at most 262144 are read$/,
    );
  });
});
