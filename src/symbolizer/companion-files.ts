// CompanionFiles: the files beside an object that its debug information is in, for the readers of one object.
import { CompanionsWanted } from './companions-wanted.ts';
import type { CompanionRequest } from './debug-files/companion-request.ts';
import { verifyCompanion } from './debug-files/verify-companion.ts';
import { LentSource } from './lent-source.ts';
import type { CompanionAnswer, CompanionCandidate } from './protocol.ts';

export interface CompanionFile {
  path: string;
  source: LentSource;
}

interface Taken extends CompanionFile {
  stamp: string;
}

export class CompanionFiles {
  /** By request: what was taken, null where nothing fits. */
  private readonly taken = new Map<string, Taken | null>();
  /** By request of which nothing fitted: what there was. */
  private readonly refused = new Map<string, string>();
  private answers = new Map<string, CompanionAnswer>();

  /** Throws `CompanionsWanted` where nobody has said yet whether there is such a file. */
  open(request: CompanionRequest): CompanionFile | null {
    const key = keyOf(request);
    const known = this.taken.get(key);
    if (known !== undefined) return known;
    const answer = this.answers.get(key);
    if (answer === undefined) throw new CompanionsWanted(request);
    const taken = firstThatFits(answer);
    this.taken.set(key, taken);
    if (taken === null) this.refused.set(key, stampsOf(answer));
    return taken;
  }

  /**
   * For one job. False where a file that readers were made from is another one by now, or not there: then nothing that was
   * read from it holds. Also where something has come that readers had to do without.
   */
  lend(answers: readonly CompanionAnswer[]): boolean {
    this.answers = new Map(answers.map((answer) => [keyOf(answer.request), answer]));
    for (const [key, taken] of this.taken) {
      const answer = this.answers.get(key);
      if (taken === null) {
        if (answer !== undefined && stampsOf(answer) !== this.refused.get(key)) return false;
        continue;
      }
      const candidates = answer?.candidates ?? [];
      const same = candidates.find(({ path, stamp }) => path === taken.path && stamp === taken.stamp);
      if (same === undefined) return false;
      taken.source.lend(same.fd);
    }
    return true;
  }

  /** False where a file was changed while it was lent. */
  unchanged(): boolean {
    return [...this.taken.values()].every((taken) => taken === null || taken.source.stamp === taken.stamp);
  }

  takeBack(): void {
    this.answers.clear();
    for (const taken of this.taken.values()) taken?.source.takeBack();
  }
}

export function keyOf({ kind, paths }: CompanionRequest): string {
  return [kind, ...paths].join('\0');
}

function firstThatFits({ request, candidates }: CompanionAnswer): Taken | null {
  const found = candidates.find(({ fd }) => verifyCompanion(new LentSource(fd), request).ok);
  return found === undefined ? null : takenOf(found);
}

function stampsOf({ candidates }: CompanionAnswer): string {
  return candidates.map(({ path, stamp }) => `${path}\0${stamp}`).join('\0');
}

function takenOf({ path, fd, stamp }: CompanionCandidate): Taken {
  return { path, stamp, source: new LentSource(fd) };
}
