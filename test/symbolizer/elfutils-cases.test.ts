// elfutils' own test scripts that ask for functions and lines of addresses, with their files, put to our symbolizer. What
// they ask and expect is read from the source package of elfutils (Debian 12: 0.188); nothing of it is kept here.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BinaryFormatError } from '../../src/binary/binary-format-error.ts';
import { FileSymbolizer } from '../../src/symbolizer/file-symbolizer.ts';
import { answerTexts, isCode } from './elfutils-cases/addr2line-text.ts';
import { placesOf, type Place } from './elfutils-cases/places.ts';
import { questionsOf, scriptsOf, type Question } from './elfutils-cases/script-questions.ts';
import { unpackSourcePackage } from './elfutils-cases/source-package.ts';

/** Cases that concern functions and lines, and deviate. */
const EXPLAINED: Readonly<Record<string, readonly string[]>> = {
  'of symbols that begin at one address elfutils takes the smallest, then the first; we the largest, then the last, as llvm-symbolizer does':
    [
      'run-addrname-test.sh testfile41 0x1',
      'run-addrname-test.sh testfile64 1',
      'run-addrname-test.sh testfile64 5',
      'run-addrname-test.sh testfile64 9',
    ],
  'elfutils takes a global symbol for a local one that is nested in it; we the innermost, as llvm-symbolizer does':
    ['run-addrname-test.sh testfile49 0x105', 'run-addrname-test.sh testfile49 0x106'],
  'the vDSO in this core file is linked above 2^53, as old kernels had it; that of the kernels that we run on begins at 0':
    ['run-addrname-test.sh testfile65 0x7fff94bffa30'],
};

/** One address of a question. */
interface Case {
  /** Script, file, and what is asked. */
  name: string;
  /** Where there is no code, nothing that we show concerns it: names of data, of a section's end. */
  isCode: boolean;
  isNamed: boolean;
  /** In every line. */
  equal: boolean;
  expected: string;
  ours: string;
}

const folder = mkdtempSync(join(tmpdir(), 'elfutils-cases-'));
const cases: Case[] = [];

beforeAll(async () => {
  const tests = join(unpackSourcePackage('elfutils', '*/tests/*', folder), 'tests');
  const runs = join(folder, 'runs');
  mkdirSync(runs);
  const questions = scriptsOf(tests).flatMap((script) => questionsOf(tests, script, runs));
  for (const question of questions) cases.push(...(await casesOf(question)));
}, 300_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function casesOf(question: Question): Promise<Case[]> {
  try {
    return await answeredCases(question, placesOf(question));
  } catch (error) {
    if (!(error instanceof BinaryFormatError)) throw error;
    const { script, asked, options, expected } = question;
    const file = basename(options.executable ?? options.core ?? options.maps ?? '');
    return asked.map((text) => ({
      ...{ name: `${script} ${file} ${text}`, isCode: true, isNamed: false, equal: false },
      ...{ expected: expected.join(' | '), ours: error.message },
    }));
  }
}

/** Answers follow each other without a mark between: one of another length costs those behind it, too. */
async function answeredCases(question: Question, places: readonly Place[]): Promise<Case[]> {
  const rest = [...question.expected];
  const found: Case[] = [];
  for (const [i, place] of places.entries()) {
    const { isNamed, texts } = await answer(place, question);
    const lines = texts[0].length;
    const expected = rest.splice(0, i === places.length - 1 ? rest.length : lines);
    const isTold = (line: string, at: number) => texts.some((text) => text[at] === line);
    found.push({
      name: `${question.script} ${basename(place.path)} ${question.asked[i]!}`,
      isCode: isCode(place),
      isNamed,
      equal: expected.length === lines && expected.every(isTold),
      expected: expected.join(' | '),
      ours: texts[0].join(' | '),
    });
  }
  return found;
}

async function answer(
  place: Place,
  { options }: Question,
): Promise<{ isNamed: boolean; texts: [string[], string[]] }> {
  const file = new FileSymbolizer(place.path, null);
  try {
    const { frames } = await file.at(place.address);
    return { isNamed: frames.length > 0, texts: await answerTexts(file, place, options) };
  } finally {
    file.close();
  }
}

describe("elfutils' cases", () => {
  const ofCode = () => cases.filter(({ isCode }) => isCode);
  const deviating = () => ofCode().filter(({ equal }) => !equal);

  it('are all read', () => {
    // 227 in 0.188, 278 in 0.192.
    expect(cases.length).toBeGreaterThanOrEqual(227);
    expect(ofCode().length / cases.length).toBeGreaterThan(0.9);
  });

  it('that concern functions and lines are answered as elfutils does, at least 95 % of them', () => {
    const texts = deviating().map(({ name, expected, ours }) => `${name}: ${ours} instead of ${expected}`);
    expect(1 - deviating().length / ofCode().length, texts.join('\n')).toBeGreaterThanOrEqual(0.95);
  });

  it('that deviate are the explained ones', () => {
    const names = deviating().map(({ name }) => name);
    expect(names.sort()).toEqual(Object.values(EXPLAINED).flat().sort());
  });

  it('that ask where there is no code get no function from us', () => {
    const others = cases.filter(({ isCode }) => !isCode);
    expect(others.filter(({ isNamed }) => isNamed)).toEqual([]);
  });
});
