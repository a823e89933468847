import { describe, expect, it } from 'vitest';
import { childEnvironment } from '../../src/daemon/child-environment.ts';

describe('the environment of the daemon’s processes', () => {
  it('has what they look at', () => {
    const wanted = {
      ...{ PATH: '/usr/bin', LC_ALL: 'C.UTF-8', TMPDIR: '/var/tmp', NODE_OPTIONS: '--trace-warnings' },
      ...{ NODE_EXTRA_CA_CERTS: '/etc/ca.pem', MALLOC_ARENA_MAX: '2', PILOTLIGHT_RATE: '49' },
    };
    expect(childEnvironment(wanted)).toEqual(wanted);
  });

  it('has nothing else of whoever started them', () => {
    const secrets = {
      AWS_SECRET_ACCESS_KEY: 'x',
      SSH_AUTH_SOCK: '/run/x',
      npm_config__auth: 'x',
      HOME: '/root',
    };
    expect(childEnvironment(secrets)).toEqual({});
  });

  it('has no variable without a value', () => {
    expect(childEnvironment({ TZ: undefined })).toEqual({});
  });
});
