// What may be done to mangled names, and what must come of it: a text of bounded length, in bounded time.
// `npm run fuzz` does it 100,000 times, `npm test` a few thousand.
import { demangle } from '../../src/symbolizer/demangle/demangle.ts';
import { shortName } from '../../src/model/short-name.ts';
import { seededRandom } from '../support/symbolizer-fixtures.ts';

export interface DemangleFuzzOutcome {
  /** Mutations that are names still, or again. */
  demangled: number;
  slowestMs: number;
  longest: number;
}

/** What productions begin and end with. */
const PIECES = [
  ...[
    'S_',
    'S0_',
    'S1_',
    'S2_',
    'T_',
    'T0_',
    'TL0__',
    'I',
    'E',
    'J',
    'N',
    'Z',
    'X',
    'L',
    'Dp',
    'sp',
    'sZ',
    'Dt',
  ],
  ...[
    'P',
    'R',
    'O',
    'K',
    'A',
    'A_',
    'F',
    'M',
    'cv',
    'cl',
    'il',
    'tl',
    'gt',
    'pl',
    'fp_',
    'fL',
    'Ul',
    'E_',
    'Ut_',
  ],
  ...[
    '1a',
    '3foo',
    '_',
    'B_',
    'B0_',
    'B2_',
    'Nv',
    'C',
    'D',
    'G_',
    'L_',
    'K',
    'T',
    'p',
    'u3_',
    '17h0123456789abcdefE',
  ],
  ...[
    '.',
    '.cold',
    '$',
    'Q',
    'rq',
    'Tk',
    'Ty',
    'Tn',
    'Tt',
    'Tp',
    'Li1E',
    'Lb1E',
    'LDnE',
    '0',
    '9',
    'n',
    '\u00e4',
  ],
];

export function fuzzDemangle(names: readonly string[], mutations: number, seed: number): DemangleFuzzOutcome {
  const outcome = { demangled: 0, slowestMs: 0, longest: 0 };
  const random = seededRandom(seed);
  for (let i = 0; i < mutations; i++) {
    const name = mutated(names, random);
    const began = performance.now();
    const shown = demangle(name);
    shortName(shown);
    outcome.slowestMs = Math.max(outcome.slowestMs, performance.now() - began);
    if (shown === name) continue;
    outcome.demangled++;
    outcome.longest = Math.max(outcome.longest, shown.length);
  }
  return outcome;
}

/** A name with 1 to 4 changes: something inserted, cut out, said many times, or taken from another name. */
function mutated(names: readonly string[], random: () => number): string {
  let name = names[random() % names.length]!;
  for (let changes = 1 + (random() % 4); changes > 0; changes--) {
    const from = 2 + (random() % Math.max(1, name.length - 2));
    const until = from + (random() % 12);
    const piece = PIECES[random() % PIECES.length]!;
    const kind = random() % 8;
    if (kind < 3) name = name.slice(0, from) + piece + name.slice(from);
    else if (kind < 5) name = name.slice(0, from) + piece + name.slice(until);
    else if (kind === 5) name = name.slice(0, from) + name.slice(until);
    else if (kind === 6) name = name.slice(0, from) + other(names, random) + name.slice(from);
    else name = name.slice(0, from) + name.slice(from, until).repeat(random() % 200) + name.slice(until);
  }
  return name;
}

function other(names: readonly string[], random: () => number): string {
  const name = names[random() % names.length]!;
  const from = 2 + (random() % name.length);
  return name.slice(from, from + (random() % 30));
}
