// The commands that ask for profiles, as a user runs them: processes of their own, pipes, files, terminals. The server is
// the real application on data of which every sample is known.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodePprof } from '../query/decode-pprof.ts';
import { COMMAND, pilotlight, removeFolder, ROOT, temporaryFolder } from '../support/daemon.ts';
import type { Ended } from '../support/programs.ts';
import { Running, until } from '../support/programs.ts';
import { closeTerminals, onTerminal, type } from '../support/pseudo-terminal.ts';
import type { RecordedData } from '../support/recorded-data.ts';
import { RECORDED_CHANGES, recordedData } from '../support/recorded-data.ts';

const folder = temporaryFolder();
let data: RecordedData;
let server: string;
/** Options of the window after the release. */
let after: string[];
let windows: string[];

beforeAll(async () => {
  data = await recordedData();
  server = (await data.serve(join(ROOT, 'dist/web'))).url;
  const { before, after: second } = data.windows;
  after = ['--from', String(second.fromMs), '--until', String(second.untilMs)];
  windows = [before, second].map(({ fromMs, untilMs }) => `${fromMs}..${untilMs}`);
});
afterAll(async () => {
  await closeTerminals();
  await data.close();
  removeFolder(folder);
});

const ask = (...args: string[]): Promise<Ended> => pilotlight(...args, '--server', server);

function expectFailure(ended: Ended, code: number, stderr: RegExp): void {
  expect(ended.stderr).toMatch(stderr);
  expect({ code: ended.code, stdout: ended.stdout }).toEqual({ code, stdout: '' });
}

/** By a shell, so that its pipes are real; `$PILOTLIGHT` is the command. */
function shell(script: string): Promise<Ended> {
  const env = { ...process.env, PILOTLIGHT: `${process.execPath} ${COMMAND}`, PILOTLIGHT_SERVER: server };
  return new Running('bash', ['-o', 'pipefail', '-c', script], { env }).ended;
}

describe('top', () => {
  it('prints one table where there is no terminal', async () => {
    const { code, stdout, stderr } = await ask('top', '--window', '10m', '--limit', '3');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const lines = stdout.split('\n');
    expect(lines[0]).toMatch(/^http:\/\/127\.0\.0\.1:\d+ · not sampling · \d\.\d\d CPUs busy/);
    expect(lines[1]).toMatch(/^2026-03-01 10:09:\d\d – 2026-03-01 10:19:\d\d UTC$/);
    expect(lines[3]).toMatch(/^ {2}15\.\d % {2}1\d\.\d % {2}escapeHtml {2}\[jit 1200\]$/);
    expect(lines[6]).toMatch(/^\d+ more functions have [\d.]+ %$/);
  });

  it('is one JSON document for programs, and one line per look with --interval', async () => {
    const { stdout } = await ask('top', '--json', '--window', '10m', '--sort', 'total');
    expect(JSON.parse(stdout)).toMatchObject({ sampling: false, sort: 'total', unit: 'nanoseconds' });
    const lines = await shell('$PILOTLIGHT top --json --interval 100ms --limit 1 | head -3');
    expect(lines.stderr).toBe('');
    const looks = lines.stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { functions: unknown[] });
    expect(looks.map(({ functions }) => functions.length)).toEqual([1, 1, 1]);
  });

  it('ends quietly when its reader leaves', async () => {
    const { stdout, stderr, code } = await shell('$PILOTLIGHT top --limit 1000 --window 10m | head -1');
    expect({ code, stderr, lines: stdout.split('\n').length }).toEqual({ code: 0, stderr: '', lines: 2 });
  });

  it('is redrawn on a terminal, obeys keys and gives the terminal back', async () => {
    const running = onTerminal([process.execPath, COMMAND, 'top', '--window', '10m', '--server', server]);
    await until('the first screen', 20_000, () => running.stdout.includes('escapeHtml'));
    type(running, 's');
    await until('the other order', 20_000, () => running.stdout.includes('sorted by total'));
    type(running, 'q');
    const { code, stdout } = await running.ended;
    expect(code).toBe(0);
    expect(stdout.startsWith('\x1b[?1049h\x1b[?25l')).toBe(true);
    expect(stdout.endsWith('\x1b[?25h\x1b[?1049l')).toBe(true);
    expect(stdout).toContain('\x1b[7m'); // coloured, as it is a terminal
  });

  it.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)('gives the terminal back on %s', async (signal) => {
    const pidFile = join(folder, `pid-${signal}`);
    const script = `echo $$ > ${pidFile}; exec ${process.execPath} ${COMMAND} top --server ${server}`;
    const running = onTerminal(['sh', '-c', script], { NO_COLOR: '1' });
    await until('the first screen', 20_000, () => running.stdout.includes('q quit'));
    process.kill(Number(readFileSync(pidFile, 'utf8')), signal);
    const { code, stdout } = await running.ended;
    expect(code).toBe({ SIGTERM: 143, SIGINT: 130, SIGHUP: 129 }[signal]);
    expect(stdout.endsWith('\x1b[?25h\x1b[?1049l')).toBe(true);
    expect(stdout).not.toMatch(/\x1b\[\d*m/);
  });
});

describe('export', () => {
  it('writes pprof whose sums are those of the window, and says how to look at it', async () => {
    const file = join(folder, 'after.pb.gz');
    const { code, stdout, stderr } = await ask('export', ...after, '-o', file);
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
    expect(stderr).toMatch(
      /^pilotlight: wrote .*after\.pb\.gz \([\d.]+ kB\); look at it: go tool pprof -http=: .*\n$/,
    );
    const { samples } = decodePprof(readFileSync(file));
    const count = samples.reduce((sum, { values }) => sum + values[0]!, 0);
    expect(count).toBe(data.answers.after.samples);
  });

  it('takes the form from the name of the file', async () => {
    for (const [name, content] of [
      ['a.folded', /^_start;main;.*escapeHtml \d+$/m],
      ['a.speedscope.json', /^\{"\$schema":"https:\/\/www\.speedscope\.app/],
      ['a.html', /^<!doctype html>[^]*escapeHtml/i],
    ] as const) {
      const file = join(folder, name);
      expect(await ask('export', ...after, '-o', file)).toMatchObject({ code: 0 });
      expect(readFileSync(file, 'utf8')).toMatch(content);
    }
  });

  it('writes to a pipe, only what the selector selects', async () => {
    const { stdout, stderr } = await ask(
      'export',
      ...after,
      '--format',
      'folded',
      '--query',
      '{comm="node"}',
    );
    expect(stderr).toBe('');
    const sum = stdout
      .trimEnd()
      .split('\n')
      .reduce((all, line) => all + Number(/ (\d+)$/.exec(line)![1]), 0);
    expect(sum).toBe(
      data.samples.filter(({ thread, timeMs }) => thread.comm === 'node' && timeMs >= Number(after[1]))
        .length,
    );
  });

  it('keeps binary from a terminal', async () => {
    const running = onTerminal([process.execPath, COMMAND, 'export', '--server', server]);
    const { code, stdout } = await running.ended;
    expect(code).toBe(2);
    expect(stdout).toBe(
      'error: pprof is binary, and standard output is a terminal\r\n(write it to a file: -o cpu.pb.gz)\r\n',
    );
  });

  it('says what forms there are', async () => {
    const ended = await ask('export', '--format', 'svg');
    expectFailure(
      ended,
      2,
      /'svg' is invalid\. Allowed choices are pprof, folded, speedscope, html, bundle\.\n\(/,
    );
  });

  it('says that a window is empty', async () => {
    const ended = await ask(
      'export',
      '--from',
      '2020-01-01T00:00:00Z',
      '--until',
      '2020-01-02T00:00:00Z',
      '-o',
      join(folder, 'none.folded'),
    );
    expect(ended.code).toBe(0);
    expect(ended.stderr).toMatch(/^pilotlight: there are no samples in this window$/m);
  });

  it('leaves what was there when the download breaks off', async () => {
    const headers = {
      'content-disposition': 'attachment; filename="pilotlight-x.pb.gz"',
      'content-length': '1000000',
    };
    const breaking = createServer((_, response) => {
      response.writeHead(200, headers).write(Buffer.alloc(1000));
      setTimeout(() => response.destroy(), 200);
    });
    await new Promise<void>((resolve) => breaking.listen(0, '127.0.0.1', resolve));
    const file = join(folder, 'kept.pb.gz');
    writeFileSync(file, 'the last one');
    const { port } = breaking.address() as AddressInfo;
    const ended = await pilotlight('export', '-o', file, '--server', `127.0.0.1:${port}`);
    expectFailure(
      ended,
      1,
      /^pilotlight: the connection broke off before the profile was complete: .*; .*try again\n$/,
    );
    expect(readFileSync(file, 'utf8')).toBe('the last one');
    expect(readdirSync(folder).filter((name) => name.includes('.part'))).toEqual([]);
    breaking.close();
  });
});

describe('diff', () => {
  const { grew, vanished, appeared } = RECORDED_CHANGES;

  it('shows what the release changed', async () => {
    const { code, stdout, stderr } = await ask('diff', ...windows, '--sort', 'self', '--limit', '4');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(
      /\n {4}5\.0 % {3}15\.0 % {3}\+10\.00 +[\d.]+ +[\d.]+ {2}escapeHtml {2}\[jit 1200\]\n/,
    );
    expect(stdout).toMatch(new RegExp(`\n {4}4\\.5 % {4}0\\.0 % {4}-4\\.50 .* ${vanished.name} `));
    expect(stdout).toMatch(new RegExp(`\n {4}0\\.0 % .*\\+\\d\\.\\d\\d .* ${appeared.name} `));
    expect(stdout).not.toContain('\x1b');
  });

  it('is coloured on a terminal, and elsewhere when that is asked for', async () => {
    const coloured = await shell(`FORCE_COLOR=1 $PILOTLIGHT diff ${windows.join(' ')}`);
    expect(coloured.stdout).toContain('\x1b[31m');
    const running = onTerminal([process.execPath, COMMAND, 'diff', ...windows, '--server', server], {
      NO_COLOR: '1',
    });
    expect((await running.ended).stdout).not.toContain('\x1b');
  });

  it('ends with 3 when a function grew by more than it may, and says which', async () => {
    const failed = await ask('diff', ...windows, '--limit', '1', '--fail-on', 'more:9pp');
    expect(failed.code).toBe(3);
    expect(failed.stderr).toMatch(
      new RegExp(
        `^pilotlight: ${grew.name} \\(\\[jit 1200\\]\\): \\+10\\.00 points .* beyond more:9pp$`,
        'm',
      ),
    );
    expect(await ask('diff', ...windows, '--fail-on', 'more:50pp')).toMatchObject({ code: 0, stderr: '' });
    const json = await ask('diff', ...windows, '--json', '--fail-on', 'less:4pp');
    expect(json.code).toBe(3);
    const { beyond } = JSON.parse(json.stdout) as { beyond: { name: string; change: number }[] };
    expect(beyond.find(({ name }) => name === vanished.name)?.change).toBeCloseTo(-vanished.before, 6);
  });

  it('writes the change as pprof', async () => {
    const file = join(folder, 'change.pb.gz');
    expect(await ask('diff', ...windows, '--format', 'pprof', '-o', file)).toMatchObject({ code: 0 });
    const { samples } = decodePprof(readFileSync(file));
    const values = samples.map(({ values: [count] }) => count!);
    expect([Math.min(...values) < 0, Math.max(...values) > 0]).toEqual([true, true]);
  });

  it('wants two windows', async () => {
    expectFailure(
      await ask('diff'),
      2,
      /^error: two windows are needed: .*\n\(for example: pilotlight diff .*\)\n$/,
    );
    expectFailure(await ask('diff', 'now-1h'), 2, /^error: one window is given, two are compared\n\(.*\)\n$/);
  });
});

describe('a data directory', () => {
  it('that nobody serves is opened in process, and left as it was', async () => {
    const before = readdirSync(data.dataDir).sort();
    const { code, stdout } = await pilotlight('top', '--data-dir', data.dataDir, '--window', '10m', '--json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ source: data.dataDir, sampling: false });
    expect(readdirSync(data.dataDir).sort()).toEqual(before);
  });

  it('that is none is refused', async () => {
    const ended = await pilotlight('export', '--data-dir', folder, '-o', join(folder, 'x.pb.gz'));
    expectFailure(ended, 1, /^pilotlight: there are no profiles in .*; give the --data-dir of a daemon\n$/);
    expect(existsSync(join(folder, 'x.pb.gz'))).toBe(false);
  });
});

describe('a server', () => {
  it.each([['top'], ['export', '-o', '/dev/null'], ['diff', 'now-2h..now-1h', 'now-1h..now']])(
    'that does not answer %s is named, with what to do',
    async (...args) => {
      const ended = await pilotlight(...args, '--server', 'http://127.0.0.1:2');
      expectFailure(
        ended,
        1,
        /^pilotlight: cannot reach http:\/\/127\.0\.0\.1:2: nothing listens there; is the daemon running\? .*\n$/,
      );
    },
  );

  it('that is not Pilotlight is told from one that is', async () => {
    const other = createServer((_, response) =>
      response.writeHead(200, { 'content-type': 'text/html' }).end('<p>hello'),
    );
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(other.address() as AddressInfo).port}`;
    for (const args of [['top'], ['export', '--format', 'html'], ['diff', ...windows]]) {
      expectFailure(
        await pilotlight(...args, '--server', url),
        1,
        /^pilotlight: what answers at http:\S+ is not Pilotlight \(200, text\/html, for \/api\/v1\/\w+\); .*\n$/,
      );
    }
    other.close();
  });

  it('tells what it cannot understand as wrong usage', async () => {
    expectFailure(
      await ask('top', '--query', '{colour="red"}'),
      2,
      /^error: query: unknown label .*\n\(.*\)\n$/,
    );
  });
});

describe('options', () => {
  it('come from the environment and from a file too', async () => {
    const config = join(folder, 'config.yaml');
    writeFileSync(config, `common:\n  server: ${server}\ntop:\n  limit: 2\n  window: 10m\n`);
    const { stdout } = await shell(
      `unset PILOTLIGHT_SERVER; PILOTLIGHT_CONFIG=${config} PILOTLIGHT_SORT=total $PILOTLIGHT top --json`,
    );
    const { functions, sort } = JSON.parse(stdout) as { functions: unknown[]; sort: string };
    expect([functions.length, sort]).toEqual([2, 'total']);
    writeFileSync(config, 'top:\n  limits: 2\n');
    expectFailure(
      await ask('top', '--config', config),
      2,
      /^error: .*config\.yaml:2: top has no option "limits"\n\(/,
    );
    const wrong = await shell('PILOTLIGHT_LIMIT=many $PILOTLIGHT top');
    expectFailure(wrong, 2, /value 'many' from env 'PILOTLIGHT_LIMIT' is invalid\. It is a whole number/);
  });

  it('are completed by the script that is printed', () => {
    const script = `source <(${process.execPath} ${COMMAND} completion bash)
COMP_WORDS=(pilotlight diff --fail); COMP_CWORD=2; _pilotlight; echo "\${COMPREPLY[@]}"`;
    const { stdout, stderr } = spawnSync('bash', ['--norc', '-c', script], { encoding: 'utf8' });
    expect({ stdout, stderr }).toEqual({ stdout: '--fail-on\n', stderr: '' });
  });
});
