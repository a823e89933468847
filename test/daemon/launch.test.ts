import { describe, expect, it } from 'vitest';
import { usersOf } from '../../src/daemon/launch.ts';

const ROOT = { uid: 0, username: 'root' };
const ALICE = { uid: 1000, username: 'alice' };

describe('the users that the daemon runs as', () => {
  it('are those of set-up when root starts it', () => {
    expect(usersOf({ sampler: true }, undefined, ROOT)).toEqual([
      'service-user=pilotlight',
      'sampler-user=pilotlight-sampler',
    ]);
  });

  it('are the service’s alone where nothing is sampled', () => {
    expect(usersOf({ sampler: false }, undefined, ROOT)).toEqual(['service-user=pilotlight']);
  });

  it('take the name that --user gives for the service', () => {
    expect(usersOf({ sampler: false }, 'web', ROOT)).toEqual(['service-user=web']);
  });

  it('are whoever started it where that is not root', () => {
    expect(usersOf({ sampler: true }, undefined, ALICE)).toEqual([]);
    expect(usersOf({ sampler: true }, 'alice', ALICE)).toEqual([]);
  });

  it('cannot be chosen by others than root', () => {
    expect(() => usersOf({ sampler: true }, 'bob', ALICE)).toThrow(
      '--user bob: only root can run the service as another user',
    );
  });
});
