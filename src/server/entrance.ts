// What every request passes before a route sees it, in this order: who may know of us at all, how often, who, how much.
import type { AuditLog } from './access/audit-log.ts';
import { audit } from './access/audit.ts';
import { admission } from './access/admission.ts';
import type { TokenAccess } from './access/credentials.ts';
import type { App } from './context.ts';
import type { AllowedHosts } from './guard.ts';
import { guard, LOOPBACK_ONLY } from './guard.ts';
import { limitBody } from './limits/body-limit.ts';
import { boundedWork } from './limits/bounded-work.ts';
import { rateLimit } from './limits/rate-limit.ts';
import type { ServerLimits } from './limits/server-limits.ts';
import { UNGATED } from './limits/server-limits.ts';
import { TokenBuckets } from './limits/token-buckets.ts';
import { WorkGate } from './limits/work-gate.ts';
import { securityHeaders } from './security-headers.ts';
import type { ServerLog } from './service.ts';

export interface EntranceOptions {
  log: ServerLog;
  allowedHosts?: AllowedHosts | undefined;
  /** Undefined: everybody who reaches the server may ask. */
  access?: TokenAccess | undefined;
  /** Where exports are noted; undefined: nowhere. */
  auditLog?: AuditLog | undefined;
  /** Undefined: none, for an application that only its own process asks. */
  limits?: ServerLimits | undefined;
  /** ms since the epoch. */
  now: () => number;
}

/** What routes need of it. */
export interface Entrance {
  /** Told of an address that showed a token that lets nobody in. */
  penalize: (address: string) => void;
  /** For routes that begin their work later than their request. */
  heavyWork: WorkGate;
}

/** Requests that such a token counts as: some fifteen guesses a second are left. */
const WRONG_TOKEN_CHARGE = 20;

export function installEntrance(app: App, options: EntranceOptions): Entrance {
  const { log, access, auditLog, limits, now } = options;
  const buckets = limits && new TokenBuckets(limits.requestsPerSecond, limits.requestBurst);
  const penalize = (address: string) => buckets?.charge(address, WRONG_TOKEN_CHARGE);
  const heavy = new WorkGate('profiles', limits?.heavy ?? UNGATED);
  const light = new WorkGate('small facts', limits?.light ?? UNGATED);
  app.use(securityHeaders());
  app.use(guard(options.allowedHosts ?? LOOPBACK_ONLY));
  if (buckets !== undefined) app.use(rateLimit(buckets, limits!.requestsPerSecond));
  app.use(admission({ access, log, penalize }));
  if (auditLog !== undefined) app.use(audit(auditLog, now));
  app.use(limitBody());
  if (limits !== undefined) app.use(boundedWork({ heavy, light }));
  return { penalize, heavyWork: heavy };
}
