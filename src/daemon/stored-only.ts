// A service that samples nothing: what is stored is all there is.
import type { RunningService } from '../server/service.ts';

export const STORED_ONLY: RunningService = {
  sampling: false,
  status: () => Promise.resolve({ sampling: false }),
  flush: () => Promise.resolve(),
  prototype: () => Promise.resolve(null),
};
