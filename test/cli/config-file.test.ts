import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import { afterAll, describe, expect, it } from 'vitest';
import { readConfigFile } from '../../src/cli/config-file.ts';
import type { RecordRequest } from '../../src/cli/commands/record.ts';
import type { ServeFlags } from '../../src/cli/commands/serve.ts';
import { pilotlightProgram } from '../../src/cli/program.ts';

const folder = mkdtempSync(join(tmpdir(), 'pilotlight-config-'));
afterAll(() => rmSync(folder, { recursive: true }));

function configFile(text: string): string {
  const path = join(folder, 'config.yaml');
  writeFileSync(path, text);
  return path;
}

/** What the commands are called with. */
class Calls {
  serve: ServeFlags | undefined;
  record: RecordRequest | undefined;
  readonly program: Command = pilotlightProgram({
    serve: (flags) => Promise.resolve(void (this.serve = flags)),
    record: (request) => Promise.resolve(void (this.record = request)).then(() => 0),
    importFile: () => Promise.resolve(),
    openLocalApp: () => Promise.reject(new Error('not asked for')),
  });

  static async of(text: string, args: string[]): Promise<Calls> {
    const calls = new Calls();
    const [command = '', ...rest] = args;
    await calls.program.parseAsync([command, '--config', configFile(text), ...rest], { from: 'user' });
    return calls;
  }
}

const mistakeOf = async (text: string) => {
  try {
    await Calls.of(text, ['serve']);
  } catch (error) {
    return { ...(error as { exitCode: number }), message: (error as Error).message.replace(folder, '') };
  }
  throw new Error('nothing was wrong');
};

const FULL = `
# of this host
common:
  data-dir: /data/common
serve:
  listen: 127.0.0.1:9000
  rate: 49.5
  memory-limit: 1GiB
  insecure: true
  sampler: false
record:
  frequency: 199
  output: '-'
top:
`;

describe('the configuration file', () => {
  it('sets the options of its command, read as those of the command line', async () => {
    const { serve } = await Calls.of(FULL, ['serve']);
    expect(serve).toMatchObject({
      ...{ listen: '127.0.0.1:9000', rate: 49.5, memoryLimit: 2 ** 30 },
      ...{ dataDir: '/data/common', insecure: true, sampler: false },
    });
    const { record } = await Calls.of(FULL, ['record']);
    expect(record).toMatchObject({ rateHz: 199, output: '-', durationMs: 10_000 });
  });

  it('gives way to the environment, and that to the command line', async () => {
    process.env['PILOTLIGHT_RATE'] = '60';
    process.env['PILOTLIGHT_LISTEN'] = '127.0.0.1:1';
    try {
      const { serve } = await Calls.of(FULL, ['serve', '--rate', '70']);
      expect(serve).toMatchObject({ rate: 70, listen: '127.0.0.1:1', memoryLimit: 2 ** 30 });
    } finally {
      delete process.env['PILOTLIGHT_RATE'];
      delete process.env['PILOTLIGHT_LISTEN'];
    }
  });

  it('puts what a command has for itself over what is common', async () => {
    const { serve } = await Calls.of('common:\n  data-dir: /a\nserve:\n  data-dir: /b\n', ['serve']);
    expect(serve?.dataDir).toBe('/b');
  });

  it.each(['', '# nothing\n', 'serve:\n', '---\n'])('may be as good as empty: %j', async (text) => {
    expect((await Calls.of(text, ['serve'])).serve).toMatchObject({
      rate: 99,
      dataDir: '/var/lib/pilotlight',
    });
  });

  it.each([
    ['serve:\n  rat: 99\n', /config\.yaml:2: serve has no option "rat"$/],
    ['common:\n\n  colour: red\n', /config\.yaml:3: no command has an option "colour"$/],
    [
      'server:\n  rate: 99\n',
      /config\.yaml:1: there is no section "server"; there are common, serve, record, top/,
    ],
    ['completion:\n  shell: bash\n', /config\.yaml:1: there is no section "completion"/],
    ['serve:\n  config: other.yaml\n', /config\.yaml:2: serve has no option "config"/],
    [
      'top:\n  interval: 2s\n  "in\\e[2Jterval": 2s\n',
      /config\.yaml:3: top has no option "in\\\\x1b\[2Jterval"/,
    ],
    ['serve:\n  rate: 1e3\n', /config\.yaml:2: rate: 1e3 is invalid\. It is a number from 1 to 1000/],
    ['serve:\n  rate: fast\n', /config\.yaml:2: rate: fast is invalid/],
    ['serve:\n  rate: true\n', /config\.yaml:2: rate is no switch: give it a value/],
    ['serve:\n  insecure: perhaps\n', /config\.yaml:2: insecure is true or false/],
    ['serve:\n  rate:\n', /config\.yaml:2: rate wants one value/],
    ['serve:\n  rate: [1, 2]\n', /config\.yaml:2: rate wants one value/],
    ['serve: 99\n', /config\.yaml:1: section "serve" is made of lines "name: value"/],
    ['- serve\n', /config\.yaml:1: the file is made of lines "name: value"/],
    ['serve:\n  rate: 1\n  rate: 2\n', /config\.yaml:3: .*unique/],
    ['serve:\n  rate: "1\n', /config\.yaml:\d+: .*quote/],
    ['serve:\n\trate: 1\n', /config\.yaml:2: .*[Tt]ab/],
  ])('with the mistake %j is refused with its line', async (text, message) => {
    const mistake = await mistakeOf(text);
    expect(mistake.message).toMatch(message);
    expect(mistake.exitCode).toBe(2);
  });

  it('finds a misspelt key of another command too', async () => {
    expect((await mistakeOf('top:\n  intervall: 5s\n')).message).toMatch(/:2: top has no option "intervall"/);
  });

  it('has to be there where it is named, and need not be elsewhere', () => {
    const { program } = new Calls();
    expect(() => readConfigFile(join(folder, 'none.yaml'), program)).toThrow(
      /^cannot read the configuration .*none\.yaml: ENOENT$/,
    );
    expect(readConfigFile('/dev/null', program)?.path).toBe('/dev/null');
  });
});
