// A request as a line of the audit log.
import type { AuditedAs } from './route-policies.ts';
import type { Caller } from './scope.ts';

/** Selectors may have 10,000 characters, SQL more: the line keeps their beginning and their length. */
const MAX_TEXT = 2000;

export interface AuditEntry {
  what: AuditedAs;
  timeMs: number;
  address: string;
  caller: Caller | undefined;
  method: string;
  path: string;
  /** Parameters and, of SQL, the statement. */
  asked: Readonly<Record<string, string>>;
  status: number;
  /** Sent to the client, headers included; null where there was no socket. */
  bytes: number | null;
  /** Whether the client took all of it. */
  complete: boolean;
  durationMs: number;
}

/** ASCII without control characters: whatever a selector holds, a terminal that shows the file stays as it is. */
export function auditLine({ timeMs, caller, path, asked, durationMs, ...entry }: AuditEntry): string {
  const values = Object.entries(asked).map(([name, value]) => [shortened(name), shortened(value)]);
  const line = {
    time: new Date(timeMs).toISOString(),
    ...entry,
    token: caller?.name ?? null,
    scope: caller?.scope ?? null,
    path: shortened(path),
    asked: Object.fromEntries(values) as object,
    durationMs: Math.round(durationMs),
  };
  return JSON.stringify(line).replace(
    /[^\x20-\x7e]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function shortened(text: string): string {
  return text.length <= MAX_TEXT ? text : `${text.slice(0, MAX_TEXT)}… (${text.length} characters)`;
}
