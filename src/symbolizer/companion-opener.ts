// CompanionOpener: the main thread's side of companions: which ones an object's readers have asked for, and opening them.
import type { CodeObject, ObjectId } from '../model/code-object.ts';
import type { ObjectSource, OpenedObject } from '../model/object-source.ts';
import { keyOf } from './companion-files.ts';
import type { CompanionRequest } from './debug-files/companion-request.ts';
import type { CompanionAnswer, CompanionCandidate } from './protocol.ts';

/** Debug files from servers that the user named. */
export interface DebugFileServers {
  /** Path of the file on this host once it is there; null where no server has it. Never rejects. */
  find(buildId: string, kind: CompanionRequest['kind']): Promise<string | null>;
}

export interface CompanionOpenerOptions {
  source: ObjectSource;
  servers: DebugFileServers | null;
  /** How long a job waits for a server. What comes later is told by `onArrival`. */
  patienceMs: number;
  /** A debug file has come that an object's names lack. */
  onArrival: (object: CodeObject) => void;
}

/** Objects whose requests are remembered: of others their readers ask again. */
const MAX_OBJECTS = 500;
/** Files that are opened for one job. Split units beyond them are taken for missing. */
const MAX_OPENED = 256;
/** A program of more split units is named without those of them that were asked for last. */
const MAX_REQUESTS = 4096;
/** A file that is not there is not looked for again so soon: each look is a question to the sampler, and a job a second asks. */
const ABSENT_MS = 60_000;

interface Asked {
  request: CompanionRequest;
  /** Until then it is taken for missing; ms of a clock that does not jump. */
  absentUntilMs: number;
}

export interface OpenedCompanions {
  answers: CompanionAnswer[];
  close(): void;
}

export class CompanionOpener {
  private readonly options: CompanionOpenerOptions;
  /** What readers of an object have asked for, by request. */
  private readonly asked = new Map<ObjectId, Map<string, Asked>>();

  constructor(options: CompanionOpenerOptions) {
    this.options = options;
  }

  remember(object: CodeObject, wanted: readonly CompanionRequest[]): void {
    const known = this.asked.get(object.id) ?? new Map<string, Asked>();
    for (const request of wanted) {
      if (known.size < MAX_REQUESTS) known.set(keyOf(request), { request, absentUntilMs: 0 });
    }
    this.asked.delete(object.id);
    this.asked.set(object.id, known);
    if (this.asked.size > MAX_OBJECTS) this.asked.delete(this.asked.keys().next().value!);
  }

  /** Where the object's debug information may be, as far as its readers have said; without split units: there are thousands. */
  debugFilePaths(object: CodeObject): string[] {
    const asked = [...(this.asked.get(object.id)?.values() ?? [])];
    return asked.flatMap(({ request: { kind, paths } }) =>
      kind === 'debug-file' || kind === 'supplement' ? paths : [],
    );
  }

  /** What was missing may be there by now. */
  lookAgain(object: CodeObject): void {
    for (const asked of this.asked.get(object.id)?.values() ?? []) asked.absentUntilMs = 0;
  }

  /** Opens what the object's readers have asked for so far. Never rejects. */
  async open(object: CodeObject): Promise<OpenedCompanions> {
    const opened: OpenedObject[] = [];
    const answers: CompanionAnswer[] = [];
    for (const asked of this.asked.get(object.id)?.values() ?? []) {
      const { request } = asked;
      if (opened.length >= MAX_OPENED || performance.now() < asked.absentUntilMs) {
        answers.push({ request, candidates: [] });
        continue;
      }
      const candidates = await this.candidates(object, request, opened);
      if (candidates.length === 0) asked.absentUntilMs = performance.now() + ABSENT_MS;
      answers.push({ request, candidates });
    }
    return { answers, close: () => opened.forEach((file) => file.close()) };
  }

  private async candidates(
    object: CodeObject,
    request: CompanionRequest,
    opened: OpenedObject[],
  ): Promise<CompanionCandidate[]> {
    const found: CompanionCandidate[] = [];
    for (const path of request.paths) {
      const file = await this.options.source.openCompanion(object, path);
      if (!file.ok) continue;
      opened.push(file);
      found.push({ path, fd: file.fd, stamp: file.stamp });
    }
    const served = found.length === 0 ? await this.fromServers(object, request) : null;
    if (served === null) return found;
    const file = await this.options.source.openCompanion(null, served);
    if (!file.ok) return found;
    opened.push(file);
    return [{ path: served, fd: file.fd, stamp: file.stamp }];
  }

  /** What takes longer than a job may wait goes on, and the object is named again when it has come. */
  private async fromServers(object: CodeObject, { kind, proof }: CompanionRequest): Promise<string | null> {
    const { servers, patienceMs, onArrival } = this.options;
    if (servers === null || proof.buildId === '' || (kind !== 'debug-file' && kind !== 'supplement'))
      return null;
    const search = servers.find(proof.buildId, kind);
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<'late'>((resolve) => (timer = setTimeout(() => resolve('late'), patienceMs)));
    const first = await Promise.race([search, late]);
    clearTimeout(timer);
    if (first !== 'late') return first;
    void search.then((path) => {
      if (path === null) return;
      this.lookAgain(object);
      onArrival(object);
    });
    return null;
  }
}
