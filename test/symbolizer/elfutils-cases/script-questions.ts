// What elfutils' test scripts ask of addr2line, and what they expect.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';

export interface Question {
  script: string;
  options: Options;
  /** As the script has them: addresses, or symbols with an offset. */
  asked: string[];
  /** Lines of output. */
  expected: string[];
  /** Where the script ran: all files are there that it unpacked or made. */
  folder: string;
}

/** Options of addr2line. Paths are absolute. */
export interface Options {
  executable: string | null;
  core: string | null;
  /** A file as /proc/PID/maps has it. */
  maps: string | null;
  /** A folder in which debug files lie as they would below /usr/lib/debug. */
  debugFolder: string | null;
  addresses: boolean;
  functions: boolean;
  inlines: boolean;
  symbols: boolean;
  /** With the name of the section behind the symbol. */
  sections: boolean;
  demangle: boolean;
  pretty: boolean;
}

/** The scripts that run addr2line, or getsrc_die, which prints what addr2line does without options. */
export function scriptsOf(tests: string): string[] {
  const scripts = readdirSync(tests).filter((name) => /^run-.*\.sh$/.test(name));
  return scripts
    .filter((name) => /\/(?:src\/addr2line|tests\/getsrc_die) /.test(readFileSync(join(tests, name), 'utf8')))
    .sort();
}

/** Runs a script without the tools that it tests. Throws where it does not end well. */
export function questionsOf(tests: string, script: string, folder: string): Question[] {
  const notes = join(folder, `${script}.notes`);
  const cwd = join(folder, `${script}.run`);
  for (const each of [notes, cwd]) mkdirSync(each);
  // `. $srcdir/test-subr.sh` finds ours.
  const env = {
    PATH: process.env['PATH'],
    srcdir: import.meta.dirname,
    abs_srcdir: tests,
    abs_top_builddir: '',
    notes,
  };
  const { status, stderr } = spawnSync('sh', [join(tests, script)], {
    cwd,
    env,
    encoding: 'utf8',
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  if (status !== 0) throw new Error(`${script} of elfutils ended with ${status ?? 'a signal'}: ${stderr}`);
  const numbers = readdirSync(notes).map(Number);
  return numbers.sort((a, b) => a - b).map((number) => readNote(script, join(notes, String(number))));
}

function readNote(script: string, note: string): Question {
  const read = (name: string) => readFileSync(join(note, name), 'utf8');
  const [tool = '', ...args] = read('args').split('\0').slice(0, -1);
  const folder = read('folder').trimEnd();
  const { options, rest } = parse(basename(tool) === 'addr2line' ? args : ['-e', ...args], folder);
  const asked = rest.length > 0 ? rest : lines(read('stdin'));
  return { script, options, asked, expected: lines(read('expected')), folder };
}

type Flag = { [K in keyof Options]: Options[K] extends boolean ? K : never }[keyof Options];
const FLAGS: Readonly<Record<string, readonly Flag[]>> = {
  '-a': ['addresses'],
  '-f': ['functions'],
  '-i': ['inlines'],
  '-S': ['symbols'],
  '-x': ['symbols', 'sections'],
  '-C': ['demangle'],
  '--demangle': ['demangle'],
  '--pretty': ['pretty'],
  '--pretty-print': ['pretty'],
};
const PATHS: Readonly<Record<string, 'executable' | 'core' | 'maps' | 'debugFolder'>> = {
  '-e': 'executable',
  '--core': 'core',
  '-M': 'maps',
  '--debuginfo-path': 'debugFolder',
};

function parse(args: readonly string[], folder: string): { options: Options; rest: string[] } {
  const options: Options = {
    ...{ executable: null, core: null, maps: null, debugFolder: null },
    ...{ addresses: false, functions: false, inlines: false, symbols: false, sections: false },
    ...{ demangle: false, pretty: false },
  };
  const rest: string[] = [];
  const queue = args.flatMap(spelledOut);
  for (let arg = queue.shift(); arg !== undefined; arg = queue.shift()) {
    const [option = '', value] = arg.startsWith('--') ? arg.split('=') : [arg];
    const [flags, path] = [FLAGS[option], PATHS[option]];
    if (flags !== undefined) for (const flag of flags) options[flag] = true;
    else if (path !== undefined) options[path] = resolve(folder, value ?? queue.shift() ?? '');
    else if (!arg.startsWith('-')) rest.push(arg);
    else throw new Error(`an option of addr2line that is not known here: ${arg}`);
  }
  return { options, rest };
}

/** `-fiC` → `-f`, `-i`, `-C`. */
function spelledOut(arg: string): string[] {
  return /^-\w\w/.test(arg) ? Array.from(arg.slice(1), (letter) => `-${letter}`) : [arg];
}

function lines(text: string): string[] {
  const all = text.split('\n');
  return all.at(-1) === '' ? all.slice(0, -1) : all;
}
