// CompanionsWanted: a reader cannot go on without a file that only the main thread can open.
import type { CompanionRequest } from './debug-files/companion-request.ts';

export class CompanionsWanted extends Error {
  readonly request: CompanionRequest;

  constructor(request: CompanionRequest) {
    super(`a ${request.kind} is wanted`);
    this.name = 'CompanionsWanted';
    this.request = request;
  }
}
