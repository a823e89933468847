import { describe, expect, it } from 'vitest';
import { addUserArguments, missingUsers, SERVICE_USERS } from '../../../scripts/setup/service-users.mjs';
import { addUserCommand, SAMPLER_USER, SERVICE_USER } from '../../../src/cli/service-users.ts';

describe('the users that set-up makes', () => {
  it('are those that the daemon runs as', () => {
    expect(SERVICE_USERS).toEqual([SERVICE_USER, SAMPLER_USER]);
  });

  it('are made by the command that doctor names', () => {
    expect(`useradd ${addUserArguments('pilotlight').join(' ')}`).toBe(addUserCommand('pilotlight'));
  });

  it('are those that /etc/passwd has not', () => {
    const root = 'root:x:0:0:root:/root:/bin/bash\n';
    expect(missingUsers(root)).toEqual(SERVICE_USERS);
    expect(missingUsers(`${root}pilotlight-sampler:x:997:997::/nonexistent:/usr/sbin/nologin\n`)).toEqual([
      'pilotlight',
    ]);
    expect(missingUsers(`${root}pilotlights:x:1:1::/:\npilotlight:x:998:998::/:\npilotlight-sampler:x:9:9::/:\n`)).toEqual([]); // prettier-ignore
  });
});
