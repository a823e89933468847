// How kernel functions are declared, asked for when a tooltip wants to say it.
import { pathWith } from '../../src/model/page-request.ts';
import type { PrototypeBody } from '../../src/server/routes/prototypes.ts';
import { ask } from './api.ts';

const MAX_KNOWN = 500;
const known = new Map<string, Promise<string | null>>();

/** Null where it is not known, or the server cannot be asked: a tooltip is complete without. */
export function prototypeOf(name: string): Promise<string | null> {
  let answer = known.get(name);
  if (answer === undefined) {
    answer = ask<PrototypeBody>(pathWith('/api/v1/prototypes', { name })).then(
      ({ prototype }) => prototype,
      () => null,
    );
    if (known.size >= MAX_KNOWN) known.clear();
    known.set(name, answer);
  }
  return answer;
}
