// `npm run fixtures [-- NAME…]`: builds the programs of test/fixtures/sources in the variants that symbolizing is judged
// on, into test/fixtures/built. A variant whose compiler is missing is left out, and named.
import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onPath } from './setup/host-tools.mjs';

const FIXTURES = join(fileURLToPath(new URL('..', import.meta.url)), 'test', 'fixtures');
const SOURCES = join(FIXTURES, 'sources');
const BUILT = join(FIXTURES, 'built');

const C = ['program.c', 'tables.c'];
const CXX = ['program.cc', 'shapes.cc'];

/**
 * Commands run in test/fixtures/built. `needs`: the programs that they use, and Debian's packages of these.
 * @typedef {{ name: string, needs: Record<string, string>, commands: string[][] }} Fixture
 * @type {Fixture[]}
 */
const ALL = [
  ...[2, 3, 4, 5].flatMap((version) => [
    compiled(`c-gcc-${version}`, 'gcc', C, [`-gdwarf-${version}`]),
    compiled(`c-clang-${version}`, 'clang', C, [`-gdwarf-${version}`]),
  ]),
  ...[4, 5].flatMap((version) => [
    compiled(`cc-gcc-${version}`, 'g++', CXX, [`-gdwarf-${version}`]),
    compiled(`cc-clang-${version}`, 'clang++', CXX, [`-gdwarf-${version}`]),
    split(`cc-gcc-split-${version}`, 'g++', CXX, version),
    split(`cc-clang-split-${version}`, 'clang++', CXX, version),
    rust(`rust-${version}`, version),
  ]),
  compiled('cc-gcc-64-bit-format', 'g++', CXX, ['-gdwarf-5', '-gdwarf64']),
  compiled('cc-gcc-sections', 'g++', CXX, ['-gdwarf-5', '-ffunction-sections', '-Wl,--gc-sections']),
  compiled('cc-gcc-lto', 'g++', CXX, ['-gdwarf-5', '-flto=auto']),
  compiled('cc-gcc-types', 'g++', CXX, ['-gdwarf-5', '-fdebug-types-section']),
  compiled('cc-gcc-zlib', 'g++', CXX, ['-gdwarf-5', '-gz']),
  withSupplement('cc-gcc-dwz'),
];

/** @param {string[]} sources */
function standard(sources) {
  return sources === CXX ? ['-std=c++17'] : [];
}

/** @param {string} name @param {string} compiler @param {string[]} sources @param {string[]} flags @returns {Fixture} */
function compiled(name, compiler, sources, flags) {
  const inputs = sources.map((source) => join(SOURCES, source));
  return {
    name,
    needs: { [compiler]: compiler },
    commands: [[compiler, ...standard(sources), '-O2', ...flags, ...inputs, '-o', name, '-pthread']],
  };
}

/**
 * With .dwo files in a folder of its own, and as a package beside it where a tool can make one.
 * @param {string} name @param {string} compiler @param {string[]} sources @param {number} version @returns {Fixture}
 */
function split(name, compiler, sources, version) {
  const flags = [...standard(sources), '-O2', `-gdwarf-${version}`, '-gsplit-dwarf', '-c'];
  const objects = sources.map((source) => `${name}.units/${source}.o`);
  // llvm-dwp does not end on what gcc writes for DWARF 5, and binutils' dwp makes an empty index of it.
  const packable = compiler !== 'g++' || version < 5;
  return {
    name,
    needs: { [compiler]: compiler, 'llvm-dwp-19': 'llvm-19' },
    commands: [
      ['mkdir', '-p', `${name}.units`],
      ...sources.map((source, i) => [compiler, ...flags, join(SOURCES, source), '-o', String(objects[i])]),
      [compiler, ...objects, '-o', name, '-pthread'],
      ...(packable
        ? [['llvm-dwp-19', ...objects.map((each) => each.replace(/o$/, 'dwo')), '-o', `${name}.dwp`]]
        : []),
    ],
  };
}

/** Rust before 1.88 has the option among the unstable ones. @param {string} name @param {number} version @returns {Fixture} */
function rust(name, version) {
  const build = `rustc -O -g --edition 2021 -A warnings '${join(SOURCES, 'program.rs')}' -o ${name}`;
  const either = `${build} -C dwarf-version=${version} 2>/dev/null || RUSTC_BOOTSTRAP=1 ${build} -Z dwarf-version=${version}`;
  return { name, needs: { rustc: 'rustc' }, commands: [['sh', '-c', either]] };
}

/** Two programs that share what dwz finds in both. @param {string} name @returns {Fixture} */
function withSupplement(name) {
  const first = compiled(name, 'g++', CXX, ['-gdwarf-4']);
  const second = compiled(`${name}-other`, 'g++', CXX, ['-gdwarf-4', '-O1']);
  return {
    name,
    needs: { ...first.needs, dwz: 'dwz' },
    commands: [
      ...first.commands,
      ...second.commands,
      ['dwz', '-m', `${name}.supplement`, '-M', `${name}.supplement`, name, `${name}-other`],
    ],
  };
}

/** @param {Fixture} fixture @returns {boolean} */
function build({ name, needs, commands }) {
  const missing = Object.keys(needs).filter((program) => !onPath(program));
  if (missing.length > 0) {
    const packages = missing.map((program) => needs[program]).join(' ');
    console.log(`${name}: left out, without ${missing.join(', ')} (apt-get install ${packages})`);
    return true;
  }
  for (const [program = '', ...args] of commands) {
    const { status } = spawnSync(program, args, { cwd: BUILT, stdio: 'inherit' });
    if (status === 0) continue;
    console.log(`${name}: FAILED: ${program} ${args.join(' ')}`);
    return false;
  }
  console.log(`${name}: built`);
  return true;
}

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !ALL.some((fixture) => fixture.name === name));
if (unknown.length > 0) {
  process.stderr.write(
    `pilotlight: no fixture ${unknown.join(', ')}. One of: ${ALL.map(({ name }) => name).join(', ')}\n`,
  );
  process.exit(2);
}
mkdirSync(BUILT, { recursive: true });
const results = ALL.filter(({ name }) => wanted.length === 0 || wanted.includes(name)).map(build);
process.exitCode = results.every(Boolean) ? 0 : 1;
