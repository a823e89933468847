import { mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { parsePasswd, UserNames } from '../../src/collector/users.ts';

describe('parsePasswd', () => {
  it('takes the first name of a user id, and passes over what is no entry', () => {
    const text =
      'root:x:0:0:root:/root:/bin/sh\ntoor:x:0:0::/:\n# comment\n\n+::::::\nbad:x:abc:1:::\nann:x:1000:1000\n';
    expect([...parsePasswd(text)]).toEqual([
      [0, 'root'],
      [1000, 'ann'],
    ]);
  });

  it('agrees with the system about this process’s user', () => {
    const { uid, username } = userInfo();
    expect(parsePasswd(readFileSync('/etc/passwd', 'utf8')).get(uid)).toBe(username);
  });
});

describe('UserNames', () => {
  function passwd(text: string): string {
    const folder = mkdtempSync(join(tmpdir(), 'pilotlight-users-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const path = join(folder, 'passwd');
    writeFileSync(path, text);
    return path;
  }

  it('shows a user without a name as a number', () => {
    const users = new UserNames(passwd('ann:x:1000:1000:::\n'));
    users.refresh();
    expect([users.nameOf(1000), users.nameOf(1001)]).toEqual(['ann', '1001']);
  });

  it('reads the file again once it has changed', () => {
    const path = passwd('ann:x:1000:1000:::\n');
    const users = new UserNames(path);
    users.refresh();
    writeFileSync(path, 'bob:x:1000:1000:::\n');
    utimesSync(path, 1, 1);
    users.refresh();
    expect(users.nameOf(1000)).toBe('bob');
  });

  it('lives without the file', () => {
    const users = new UserNames('/nonexistent/passwd');
    users.refresh();
    expect(users.nameOf(0)).toBe('0');
  });
});
