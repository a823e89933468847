import { InvalidArgumentError } from 'commander';
import { describe, expect, it } from 'vitest';
import {
  parseAge,
  parseBytes,
  parseListenAddress,
  parseMs,
  parsePid,
  parseRate,
  parseRows,
  parseServer,
  parseTimeText,
} from '../../src/cli/option-values.ts';

function refuses(parse: (text: string) => unknown, texts: readonly string[], message: string): void {
  for (const text of texts) expect(() => parse(text), text).toThrow(new InvalidArgumentError(message));
}

describe('parseListenAddress', () => {
  it.each(['127.0.0.1:4040', '[::1]:4040', '0.0.0.0:0', 'localhost:65535', 'my-host.example_1:80', '[::ffff:127.0.0.1]:1'])(
    'takes %s as it is',
    (text) => expect(parseListenAddress(text)).toBe(text),
  ); // prettier-ignore

  it('refuses what is no address and port', () => {
    refuses(
      parseListenAddress,
      ['', '4040', ':4040', '127.0.0.1', '127.0.0.1:', '127.0.0.1:65536', '::1:4040', '[::1]', 'a b:1', 'h:1x', 'h:-1', 'http://h:1', '[zz]:1'],
      'It has the form address:port, such as 127.0.0.1:4040 or [::1]:4040.',
    ); // prettier-ignore
  });
});

describe('parseAge', () => {
  it.each([
    ['1h', 3_600_000],
    ['24h', 86_400_000],
    ['30d', 30 * 86_400_000],
    ['2w', 14 * 86_400_000],
  ])('takes %s', (text, ms) => expect(parseAge(text)).toBe(ms));

  it('refuses what is shorter than an hour, and a number without a unit', () => {
    refuses(
      parseAge,
      ['30', '59m', '0', '-1d', '', 'a week', '1y'],
      'It is a duration of at least an hour, such as 24h or 30d.',
    );
  });
});

describe('parseRate', () => {
  it.each([
    ['1', 1],
    ['99', 99],
    ['19.5', 19.5],
    ['1000', 1000],
  ])('takes %s', (text, rate) => expect(parseRate(text)).toBe(rate));

  it('refuses what is no sane rate', () => {
    refuses(
      parseRate,
      ['', '0', '0.99', '1001', '-5', '1e2', 'NaN', 'Infinity', '99Hz', ' 99', '.5', '1.', '0x10'],
      'It is a number from 1 to 1000, in samples per second and CPU.',
    );
  });
});

describe('parseBytes', () => {
  it.each([
    ['0', 0],
    ['4096', 4096],
    ['10B', 10],
    ['1kB', 1000],
    ['1KB', 1000],
    ['1KiB', 1024],
    ['256MB', 256e6],
    ['256 MB', 256e6],
    ['1.5GB', 1.5e9],
    ['2GiB', 2 ** 31],
    ['0.3KiB', 307],
  ])('takes %s', (text, bytes) => expect(parseBytes(text)).toBe(bytes));

  it('refuses what is no size', () => {
    refuses(
      parseBytes,
      ['', 'MB', '-1MB', '1mb', '1M', '1kiB', '1TB', '1e9', '1,5GB', '256MB ', '256  MB', '0x10'],
      'It is a size such as 256MB or 1GiB.',
    );
  });
});

describe('parseMs', () => {
  it.each([
    ['10', 10_000],
    ['10s', 10_000],
    ['250ms', 250],
    ['1.5s', 1500],
    ['1h30m', 5_400_000],
  ])('takes %s', (text, ms) => expect(parseMs(text)).toBe(ms));

  it('refuses what is no duration', () => {
    refuses(parseMs, ['', '0', '0s', '-5s', '10x', 'forever', '1.5'], 'It is a duration such as 10s or 5m.');
  });
});

describe('parsePid', () => {
  it('takes the id of a process', () => {
    expect([parsePid('1'), parsePid('4194304')]).toEqual([1, 4_194_304]);
  });

  it('refuses what is none', () => {
    refuses(parsePid, ['', '0', '-1', '1.5', '1e3', 'self', ' 1'], 'It is the id of a process.');
  });
});

describe('parseRows', () => {
  it('takes what a server gives', () => {
    expect([parseRows('1'), parseRows('10000')]).toEqual([1, 10_000]);
  });

  it('refuses what it does not', () => {
    refuses(parseRows, ['', '0', '10001', '-1', '1.5', '1e3', ' 1'], 'It is a whole number from 1 to 10000.');
  });
});

describe('parseTimeText', () => {
  it.each(['now', 'now-15m', '1700000000000', '2026-01-31T14:00:00Z'])('leaves %s to the server', (text) => {
    expect(parseTimeText(` ${text} `)).toBe(text);
  });

  it('refuses what is no time', () => {
    refuses(
      parseTimeText,
      ['', 'yesterday', 'now-', 'now+1h', '2026-02-31T00:00:00Z', '14:00'],
      'It is a time such as 2026-01-31T14:00:00Z, epoch milliseconds, now or now-15m.',
    );
  });
});

describe('parseServer', () => {
  it.each([
    ['http://127.0.0.1:4040', 'http://127.0.0.1:4040'],
    ['127.0.0.1:4040', 'http://127.0.0.1:4040'],
    ['localhost', 'http://localhost'],
    ['[::1]:4040', 'http://[::1]:4040'],
    ['https://profiles.example/host-7/', 'https://profiles.example/host-7'],
    ['HTTP://Example.org:80/', 'http://example.org'],
  ])('takes %s as %s', (text, server) => expect(parseServer(text)).toBe(server));

  it('refuses what is no address of a server', () => {
    refuses(
      parseServer,
      ['', 'ftp://h', 'http://', 'http://h:99999', 'http://h/?from=now', 'http://h/#x', 'file:///etc/passwd'],
      'It is the address of a server, such as http://127.0.0.1:4040.',
    );
  });

  it('refuses credentials: they would be seen by every user of the host', () => {
    refuses(
      parseServer,
      ['http://me:secret@h:1', 'me@h:1'],
      'Credentials belong into --token-file, not into the address.',
    );
  });
});
