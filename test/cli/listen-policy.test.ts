import { describe, expect, it } from 'vitest';
import type { ListenSettings } from '../../src/cli/listen-policy.ts';
import { caution, refusal } from '../../src/cli/listen-policy.ts';

const settings = (listen: string, more: Partial<ListenSettings> = {}): ListenSettings => ({
  ...{ listen, insecure: false, tokens: false, tls: false },
  ...more,
});

const BEYOND = ['0.0.0.0:4040', '[::]:4040', '192.168.1.5:80', 'example.org:80', '127.0.0.1.example.org:80', 'localhost.example.org:80', '1127.0.0.1:80', '[::ffff:10.0.0.1]:80']; // prettier-ignore
const LOOPBACK = ['127.0.0.1:4040', '127.9.8.7:1', 'localhost:4040', '[::1]:4040'];

describe('refusal', () => {
  it.each(LOOPBACK)('lets %s be listened on', (listen) => {
    expect(refusal(settings(listen))).toBeNull();
  });

  it.each(BEYOND)('refuses %s unless it asks for tokens or is told to let everybody in', (listen) => {
    const refused = `listening on ${listen} would show this host's profiles`;
    expect(refusal(settings(listen))).toContain(refused);
    expect(refusal(settings(listen, { tls: true }))).toContain(refused);
    expect(refusal(settings(listen, { insecure: true }))).toBeNull();
    expect(refusal(settings(listen, { tokens: true }))).toBeNull();
  });

  it('says what to do instead', () => {
    expect(refusal(settings('0.0.0.0:1'))).toMatch(/use 127\.0\.0\.1, .*--token-file.*, or give --insecure/);
  });
});

describe('caution', () => {
  it('tells of tokens in the clear, and of a server that is open to all', () => {
    expect(caution(settings('0.0.0.0:1', { tokens: true }))).toMatch(
      /unencrypted; give --tls-cert and --tls-key/,
    );
    expect(caution(settings('0.0.0.0:1', { insecure: true, tls: true }))).toMatch(
      /everybody who reaches 0\.0\.0\.0:1/,
    );
  });

  it('has nothing to say of tokens over TLS, nor on loopback', () => {
    expect(caution(settings('0.0.0.0:1', { tokens: true, tls: true }))).toBeNull();
    for (const listen of LOOPBACK) expect(caution(settings(listen, { insecure: true }))).toBeNull();
  });
});
