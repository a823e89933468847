// The import directions of ARCHITECTURE.md, held by reading every import of every file under src/.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const SRC = join(ROOT, 'src');

/** Layer (folder of src/) → the layers it may import, besides itself. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  model: [],
  binary: [],
  collector: ['model'],
  worker: [],
  symbolizer: ['binary', 'worker', 'model'],
  unwind: ['binary', 'worker', 'model'],
  store: ['model'],
  query: ['store', 'model'],
  sql: ['store', 'model'],
  server: ['query', 'sql', 'store', 'model'],
  cli: ['query', 'symbolizer', 'unwind', 'binary', 'model'],
  // Puts the parts together into processes.
  daemon: [
    'cli',
    'server',
    'query',
    'sql',
    'store',
    'symbolizer',
    'unwind',
    'worker',
    'binary',
    'collector',
    'model',
  ],
};

interface Import {
  /** Path of the importing file, relative to the root it is checked under. */
  from: string;
  specifier: string;
}

/** Static imports, re-exports, `import type`, `import()` with a literal, and `import('…')` types. */
function importsOf(from: string, text: string): Import[] {
  const found: Import[] = [];
  const add = (node: ts.Node | undefined) => {
    if (node !== undefined && ts.isStringLiteralLike(node)) found.push({ from, specifier: node.text });
  };
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) add(node.moduleSpecifier);
    else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword)
      add(node.arguments[0]);
    else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) add(node.argument.literal);
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(from, text, ts.ScriptTarget.ES2022, true));
  return found;
}

const isRelative = ({ specifier }: Import) => specifier.startsWith('.');
const targetOf = ({ from, specifier }: Import) => join(dirname(from), specifier);

/** Layer of a path relative to src/; undefined for files that lie in src/ itself. */
function layerOf(path: string): string | undefined {
  const slash = path.indexOf('/');
  return slash < 0 ? undefined : path.slice(0, slash);
}

/** Why an import (paths relative to src/) is against the rule, or undefined where it is not. */
function violation(imported: Import): string | undefined {
  if (!isRelative(imported)) return undefined;
  const target = targetOf(imported);
  const line = `${imported.from} imports ${target}`;
  if (target.startsWith('..')) return `${line}: outside src/`;
  if (target === 'main.ts') return `${line}: nobody imports the command line`;
  const from = layerOf(imported.from);
  const to = layerOf(target);
  if (from === undefined) return undefined;
  const allowed = MAY_IMPORT[from];
  if (allowed === undefined) return `${line}: src/${from} is no layer that this test knows`;
  if (to === undefined) return `${line}: nothing but the command line lies in src/ itself`;
  return from === to || allowed.includes(to) ? undefined : `${line}: ${from} may not see ${to}`;
}

/** Readers of a binary format lie in folders of their own under src/symbolizer/; these folders are something else. */
const NO_FORMAT_READERS = ['kernel', 'debug-files'];

function isFormatReader(path: string): boolean {
  const folder = /^symbolizer\/([^/]+)\//.exec(path)?.[1];
  return folder !== undefined && !NO_FORMAT_READERS.includes(folder);
}

function sourceFiles(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && /\.[cm]?tsx?$/.test(entry.name))
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .sort();
}

const importsUnder = (folder: string) =>
  sourceFiles(folder).flatMap((path) => importsOf(path, readFileSync(join(folder, path), 'utf8')));

describe('the source tree', () => {
  it('imports only in the direction of the layers', () => {
    const imports = importsUnder(SRC);
    expect(imports.length).toBeGreaterThan(20); // the reader of imports itself works
    expect(imports.flatMap((imported) => violation(imported) ?? [])).toEqual([]);
  });

  it('keeps readers of binary formats free of everything but src/binary and their own layer', () => {
    const outside = importsUnder(SRC).filter(
      (imported) =>
        isFormatReader(imported.from) &&
        isRelative(imported) &&
        !['symbolizer', 'binary'].includes(layerOf(targetOf(imported))!),
    );
    expect(outside).toEqual([]);
  });

  it('has no file in src/ itself but the command line', () => {
    expect(sourceFiles(SRC).filter((path) => layerOf(path) === undefined)).toEqual(['main.ts']);
  });

  it.each(['src', 'test', 'bench', 'web'])(
    'names a file that exists in every relative import of %s/',
    (name) => {
      const folder = join(ROOT, name);
      const bad = importsUnder(folder).filter((imported) => {
        if (!isRelative(imported)) return false;
        // `?worker`, `?url` and the like are instructions to the page's bundler.
        const path = resolve(folder, targetOf(imported)).replace(/\?.*$/, '');
        return !/\.\w+$/.test(path) || !existsSync(path);
      });
      expect(bad).toEqual([]);
    },
  );

  it('gives the page nothing of src/ but types and the model', () => {
    const text = (path: string) => readFileSync(join(ROOT, 'web', path), 'utf8');
    const values = sourceFiles(join(ROOT, 'web')).flatMap((path) =>
      [...text(path).matchAll(/^import (?!type )[^;]*?from '[./]*\/src\/(?!model\/)[^']*'/gm)].map(
        ([line]) => `${path}: ${line}`,
      ),
    );
    expect(values).toEqual([]);
  });

  it('ends every relative import of src/ in .ts', () => {
    expect(
      importsUnder(SRC).filter((imported) => isRelative(imported) && !/\.ts$/.test(imported.specifier)),
    ).toEqual([]);
  });

  it.each(['src', 'web', 'test', 'bench'])('has neither grab bags nor barrels in %s/', (name) => {
    const unwanted = ['utils', 'util', 'helpers', 'index'];
    const named = sourceFiles(join(ROOT, name)).filter((path) =>
      unwanted.includes(basename(path).replace(/\.[^.]+$/, '')),
    );
    expect(named).toEqual([]);
  });
});

describe('the rule itself', () => {
  const broken = (from: string, specifier: string) => violation({ from, specifier }) !== undefined;

  it('refuses what goes against the direction', () => {
    expect(broken('store/writer.ts', '../query/top.ts')).toBe(true);
    expect(broken('collector/decode.ts', '../store/profile-store.ts')).toBe(true);
    expect(broken('server/app.ts', '../collector/sampler-host.ts')).toBe(true);
    expect(broken('cli/top.ts', '../main.ts')).toBe(true);
    expect(broken('query/top.ts', '../daemon/record.ts')).toBe(true);
    expect(broken('novel/thing.ts', '../model/frame.ts')).toBe(true);
    expect(broken('model/frame.ts', '../../scripts/setup.mjs')).toBe(true);
    expect(broken('daemon/record.ts', '../main.ts')).toBe(true);
  });

  it('allows what goes with it', () => {
    expect(broken('server/routes/top.ts', '../../query/top.ts')).toBe(false);
    expect(broken('daemon/launch.ts', '../collector/sampler-host.ts')).toBe(false);
    expect(broken('query/top.ts', 'node:fs')).toBe(false);
  });

  it('sees every form of import', () => {
    const text = `import a from './a.ts'; export * from './b.ts'; import type { C } from './c.ts';
      const d = await import('./d.ts'); type E = import('./e.ts').E; import './f.ts';
      new Worker(new URL('./not-an-import.ts', import.meta.url));`;
    const specifiers = importsOf('x.ts', text).map((imported) => imported.specifier);
    expect(specifiers).toEqual(['./a.ts', './b.ts', './c.ts', './d.ts', './e.ts', './f.ts']);
  });
});
