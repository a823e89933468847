// A host's worth of processes: programs of many kinds, most of them asleep, as a daemon finds them when it starts.
import { missingOf } from '../lib/workloads.ts';
import type { Child } from '../lib/child.ts';
import { endChild, startChild } from '../lib/child.ts';

/** Commands that wait for their input, which never comes. */
const WAITING: readonly string[] = [
  'cat',
  'tee',
  'sort',
  'wc',
  'md5sum',
  'sha1sum',
  'sha256sum',
  'sha512sum',
  'b2sum',
  'cksum',
  'base32',
  'base64',
  'od',
  'nl',
  'fold',
  'fmt',
  'pr',
  'tac',
  'tsort',
  'uniq',
  'expand',
  'unexpand',
  'paste',
  'shuf',
  'ptx',
  'tr a b',
  'cut -f1',
  'sed p',
  'grep x',
  'awk 1',
  'xargs true',
  'gzip -c',
  'bzip2 -c',
  'xz -c',
  'zstd -c',
  'dash',
  'bash',
  'perl',
  'python3 -c input()',
  'sqlite3',
  'openssl md5',
  'bc',
  'dc',
  'm4',
  'make -f -',
  'git cat-file --batch',
  'git hash-object --stdin',
  'cc -E -',
  'cpp',
  'as',
  'clang -E -',
  'c++filt',
  'patch',
  'cmp - /dev/null',
  'diff - /dev/null',
  'tar -cT -',
  'cpio -o',
  'ssh-keygen -lf -',
  'gpg --list-packets',
  'jq .',
  'xmllint -',
  'node -',
  'tail -f /dev/null',
  'sleep 600',
  'gdb -q',
  'curl -K -',
  'less',
  'xxd',
  'hexdump',
  'rev',
  'column',
  'lua',
  'tclsh',
  'ruby',
];
/** Each keeps a CPU busy; at the lowest priority, so that the daemon gets the time that it asks for. */
const BUSY = [
  'sha256sum /dev/zero',
  'openssl speed -seconds 100 sha512',
  'python3 -c while(True):pass',
  'xz -9 -c /dev/zero',
];
/** Node.js takes 40 MB each. */
const FEW: Readonly<Record<string, number>> = { node: 3, gdb: 3, clang: 3, cc: 5 };
/** Of those that end at once because they want more than an input. */
const SETTLE_MS = 4000;

export interface Sleepers {
  processes: number;
  /** Different programs among them. */
  programs: number;
  stop: () => Promise<void>;
}

/** In a folder of their own: some write files when their input ends. */
export async function startSleepers(wanted: number, folder: string): Promise<Sleepers> {
  const installed = WAITING.filter((command) => isInstalled(programOf(command)));
  const started = new Map<Child, string>();
  const start = (command: string, nice: number): void => {
    const child = startCommand(command, nice, folder);
    started.set(child, programOf(command));
    child.once('exit', () => started.delete(child));
  };
  for (const command of BUSY) start(command, 19);
  for (let round = 0; started.size < wanted && round < wanted; round++) {
    const before = started.size;
    for (const command of installed) {
      if (started.size < wanted && round < (FEW[programOf(command)] ?? Infinity)) start(command, 0);
    }
    if (started.size === before) break;
    // Commands that ended are replaced by others.
    if (started.size >= wanted) await new Promise((done) => setTimeout(done, SETTLE_MS));
  }
  return {
    processes: started.size,
    programs: new Set(started.values()).size,
    stop: async () => {
      await Promise.all([...started.keys()].map((child) => endChild(child, 'SIGKILL', 5000)));
    },
  };
}

function startCommand(command: string, nice: number, cwd: string): Child {
  const child = startChild('nice', ['-n', String(nice), ...command.split(' ')], {
    endSignal: 'SIGKILL',
    cwd,
  });
  child.stdout.destroy(); // what it writes is for nobody
  child.stderr.resume();
  return child;
}

const programOf = (command: string): string => command.split(' ', 1)[0]!;

function isInstalled(program: string): boolean {
  return missingOf({ name: program, what: program, needs: [program], prepare: () => [] }).length === 0;
}
