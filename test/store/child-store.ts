// Stores in processes of their own, for what one process cannot show: kills and locks.
import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** The sources as JavaScript: Node 20 runs no TypeScript. Inside of node_modules, so that packages are found. */
export async function compileStore(): Promise<{ dir: string; remove: () => Promise<void> }> {
  const cache = join(ROOT, 'node_modules', '.cache');
  await mkdir(cache, { recursive: true });
  const dir = await mkdtemp(join(cache, 'store-test-'));
  await cp(join(ROOT, 'package.json'), join(dir, 'package.json'));
  for (const folder of ['src/model', 'src/store', 'test/store', 'test/query']) {
    await mkdir(join(dir, folder), { recursive: true });
    for (const file of await readdir(join(ROOT, folder))) {
      if (!file.endsWith('.ts') || file.endsWith('.test.ts')) continue;
      const source = await readFile(join(ROOT, folder, file), 'utf8');
      const { outputText } = ts.transpileModule(source, {
        compilerOptions: {
          module: ts.ModuleKind.ESNext,
          target: ts.ScriptTarget.ES2022,
          rewriteRelativeImportExtensions: true,
          verbatimModuleSyntax: true,
        },
      });
      await writeFile(join(dir, folder, file.replace(/\.ts$/, '.js')), outputText);
    }
  }
  return { dir, remove: () => rm(dir, { recursive: true }) };
}

export interface Child {
  process: ChildProcess;
  /** Lines of its standard output so far. */
  lines: string[];
  /** Resolves with the line that matches; with the nth of them when `nth` is given. */
  line(pattern: RegExp, nth?: number): Promise<string>;
  kill(): Promise<void>;
}

/** Runs `script` as a module with `store`, an open store on `dataDir`, and `textBatch` and `ledgerOf` in scope. */
export function startChild(compiled: string, dataDir: string, script: string): Child {
  const prelude = `
    import { openAt, textBatch, ledgerOf } from './test/store/text-profile.js';
    const store = await openAt(${JSON.stringify(dataDir)});
    console.log('open');`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', prelude + script], {
    cwd: compiled,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines: string[] = [];
  const waiting: (() => void)[] = [];
  let rest = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    const parts = (rest + text).split('\n');
    rest = parts.pop()!;
    lines.push(...parts);
    for (const wake of waiting.splice(0)) wake();
  });
  child.on('exit', () => {
    for (const wake of waiting.splice(0)) wake();
  });
  return {
    process: child,
    lines,
    async line(pattern, nth = 1) {
      for (;;) {
        const found = lines.filter((line) => pattern.test(line))[nth - 1];
        if (found !== undefined) return found;
        if (child.exitCode !== null)
          throw new Error(`the child ended without a line like ${String(pattern)}`);
        await new Promise<void>((wake) => waiting.push(wake));
      }
    },
    async kill() {
      const exited = once(child, 'exit');
      child.kill('SIGKILL');
      await exited;
    },
  };
}
