// What the page asks of the server, and how failures reach the page.
import type { TopTable } from '../../src/query/top.ts';
import type { FlamegraphBody } from '../../src/query/flamegraph-body.ts';
import type { HeatmapBody } from '../../src/server/routes/heatmap.ts';
import type { StatusBody } from '../../src/server/status.ts';
import { noteAnswer, noteSilence } from './connection.ts';
import type { DiffBody } from './compare/diff-body.ts';

export type { DiffBody, FlamegraphBody, HeatmapBody, StatusBody };

export interface TopBody extends TopTable {
  fromMs: number;
  untilMs: number;
}

export interface SeriesBody {
  fromMs: number;
  stepMs: number;
  steps: number;
  /** Largest first; '' holds samples without a value and those of values beyond the limit. */
  series: { value: string; /** CPU time per step, ns. */ weightNs: number[]; count: number[] }[];
}

export interface LabelValuesBody {
  name: string;
  /** Most samples first. */
  values: { value: string; count: number }[];
  /** `count` values beyond the limit. */
  hidden: { count: number; share: number };
}

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

  /** One sentence with the hint. */
  get text(): string {
    return this.hint === undefined ? this.message : `${this.message} (${this.hint})`;
  }
}

export function failureOf(error: unknown): ApiFailure {
  return error instanceof ApiFailure ? error : new ApiFailure('page', String(error));
}

interface ErrorBody {
  error?: { code?: string; message?: string; hint?: string };
}

async function refusal(response: Response): Promise<ApiFailure> {
  const body = (await response.json().catch(() => ({}))) as ErrorBody;
  const { code = 'http', message = `the server answered ${response.status}`, hint } = body.error ?? {};
  return new ApiFailure(code, message, hint);
}

async function getJson(path: string, signal?: AbortSignal): Promise<unknown> {
  let response: Response;
  try {
    response = await fetch(path, signal === undefined ? {} : { signal });
  } catch (error) {
    if (signal?.aborted === true) throw error;
    noteSilence(Date.now());
    throw new ApiFailure('unreachable', 'the server cannot be reached', 'is Pilotlight still running?');
  }
  noteAnswer(response.headers.get('date'));
  // The session has ended, or its token was taken back.
  if (response.status === 401) location.assign(`/login.html?to=${encodeURIComponent(`/${location.search}`)}`);
  if (!response.ok) throw await refusal(response);
  return response.json();
}

/** GET that path; the caller knows what the route answers. */
export async function ask<T>(path: string, signal?: AbortSignal): Promise<T> {
  return (await getJson(path, signal)) as T;
}
