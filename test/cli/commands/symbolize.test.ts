import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FixtureFolder, run } from '../../support/symbolizer-fixtures.ts';

const ROOT = join(import.meta.dirname, '../../..');
/** From the sources: what is built may be older. */
const COMMAND = ['--import', 'tsx', join(ROOT, 'src/main.ts'), 'symbolize'];
const folder = new FixtureFolder();
let program: string;
let main: string;

beforeAll(() => {
  program = folder.gcc('program', 'int main(void) { return 0; }', ['-g', '-O1']);
  const row = run('nm', [program])
    .split('\n')
    .find((line) => line.endsWith(' main'))!;
  main = `0x${Number.parseInt(row, 16).toString(16)}`;
});
afterAll(() => folder.remove());

function symbolize(args: readonly string[], input = '') {
  const env = { ...process.env, DEBUGINFOD_URLS: '' };
  const { status, stdout, stderr } = spawnSync(process.execPath, [...COMMAND, ...args], {
    cwd: ROOT,
    encoding: 'utf8',
    input,
    env,
  });
  return { status, stdout, stderr };
}

describe('pilotlight symbolize', () => {
  it('answers addresses on its command line, in their order', () => {
    const { status, stdout } = symbolize(['-e', program, main, '0x1', main]);
    expect(status).toBe(0);
    const names = stdout.split('\n\n').map((answer) => answer.split('\n')[0]);
    expect(names).toEqual(['main', '??', 'main', '']);
  });

  it('answers every line of standard input but empty ones, FILE ADDRESS where no file is named', () => {
    const { status, stdout } = symbolize(
      ['--json'],
      `${program} ${main}\r\n\n${program} nonsense\n/none 0x1`,
    );
    expect(status).toBe(0);
    const rows = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { frames: [string][]; reason?: string });
    expect(rows.map(({ frames, reason }) => reason ?? frames[0]![0])).toEqual([
      'main',
      'not-an-address',
      'no-file',
    ]);
  });

  it('answers a line before the next one comes', async () => {
    const child = spawn(process.execPath, [...COMMAND, '--json', '-e', program], { cwd: ROOT });
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    for (const address of [main, '0x1', main]) {
      child.stdin.write(`${address}\n`);
      const { value } = (await lines.next()) as { value: string };
      expect((JSON.parse(value) as { addr: string }).addr).toBe(address);
    }
    child.stdin.end();
    expect(await once(child, 'exit')).toEqual([0, null]);
  });

  it('ends quietly when its reader leaves', async () => {
    const child = spawn(process.execPath, [...COMMAND, '-e', program], { cwd: ROOT });
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
    child.stdin.on('error', () => undefined);
    child.stdout.once('data', () => child.stdout.destroy());
    child.stdin.write(`${main}\n`.repeat(200_000));
    child.stdin.end();
    expect(await once(child, 'exit')).toEqual([0, null]);
    expect(said).toBe('');
  });

  it('fails with one line where its file is missing or no ELF file, and with 2 where it is used wrongly', () => {
    const missing = symbolize(['-e', '/no/such/file', '0x1']);
    expect(missing).toEqual({
      status: 1,
      stdout: '',
      stderr: 'pilotlight: cannot symbolize /no/such/file: there is no such file\n',
    });
    expect(symbolize(['-e', join(ROOT, 'package.json'), '0x1'])).toMatchObject({ status: 1, stdout: '' });
    expect(symbolize(['0x1'])).toMatchObject({ status: 2, stdout: '' });
    expect(symbolize(['-e', program, '--debuginfod', 'ftp://host'])).toMatchObject({ status: 2, stdout: '' });
  });
});
