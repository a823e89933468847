// What the page asks of the server, and how failures reach the page.
import type { FlamegraphBody } from '../../src/server/routes/flamegraph.ts';
import type { StatusBody } from '../../src/server/status.ts';
import type { ViewState } from './view-state.ts';

export type { FlamegraphBody, StatusBody };

/** The server said no, or could not be reached (`code` is 'unreachable'). */
export class ApiFailure extends Error {
  readonly code: string;
  readonly hint: string | undefined;

  constructor(code: string, message: string, hint?: string) {
    super(message);
    this.name = 'ApiFailure';
    this.code = code;
    this.hint = hint;
  }
}

interface ErrorBody {
  error?: { code?: string; message?: string; hint?: string };
}

async function failureOf(response: Response): Promise<ApiFailure> {
  const body = (await response.json().catch(() => ({}))) as ErrorBody;
  const { code = 'http', message = `the server answered ${response.status}`, hint } = body.error ?? {};
  return new ApiFailure(code, message, hint);
}

async function getJson(path: string, signal?: AbortSignal): Promise<unknown> {
  let response: Response;
  try {
    response = await fetch(path, signal === undefined ? {} : { signal });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new ApiFailure('unreachable', 'the server cannot be reached', 'is Pilotlight still running?');
  }
  if (!response.ok) throw await failureOf(response);
  return response.json();
}

export function flamegraphPath(state: ViewState): string {
  const params = new URLSearchParams({ from: state.from, until: state.until });
  if (state.query !== '') params.set('query', state.query);
  if (state.group !== '') params.set('groupBy', state.group);
  params.set('maxNodes', String(state.nodes));
  return `/api/v1/flamegraph?${params.toString()}`;
}

export async function fetchFlamegraph(state: ViewState, signal: AbortSignal): Promise<FlamegraphBody> {
  return (await getJson(flamegraphPath(state), signal)) as FlamegraphBody;
}

export async function fetchStatus(): Promise<StatusBody> {
  return (await getJson('/api/v1/status')) as StatusBody;
}
