import { describe, expect, it } from 'vitest';
import { refusal } from '../../src/cli/listen-policy.ts';

describe('refusal', () => {
  it.each(['127.0.0.1:4040', '127.9.8.7:1', 'localhost:4040', '[::1]:4040'])(
    'lets %s be listened on',
    (listen) => {
      expect(refusal(listen, false)).toBeNull();
    },
  );

  it.each(['0.0.0.0:4040', '[::]:4040', '192.168.1.5:80', 'example.org:80', '127.0.0.1.example.org:80', 'localhost.example.org:80', '1127.0.0.1:80', '[::ffff:10.0.0.1]:80'])(
    'refuses %s unless it is asked for in so many words',
    (listen) => {
      expect(refusal(listen, false)).toContain(`listening on ${listen} would show this host's profiles`);
      expect(refusal(listen, true)).toBeNull();
    },
  ); // prettier-ignore

  it('says what to do instead', () => {
    expect(refusal('0.0.0.0:1', false)).toMatch(/use 127\.0\.0\.1, or --insecure/);
  });
});
