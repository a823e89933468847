// Requests of the service to the sampler over the children's socket pair, and their answers.
import type { KernelFile, ProcSnapshot } from './sampler-host.ts';
import type { MissReason } from '../model/frame.ts';

/** Arguments and results by method. A descriptor travels beside the message. */
export interface SamplerMethods {
  openObject: { args: { pid: number; start: string; end: string }; result: OpenAnswer };
  openPerfMap: { args: { pid: number }; result: OpenAnswer };
  openDebugFile: { args: { pid: number | null; path: string }; result: OpenAnswer };
  openKernelFile: { args: { file: KernelFile }; result: OpenAnswer };
  bpfProgramIds: { args: Record<string, never>; result: number[] };
  openBpfProgram: { args: { id: number }; result: BpfAnswer };
  processInfo: { args: { pid: number }; result: null };
  processes: { args: Record<string, never>; result: null };
  cgroupPath: { args: { version: 1 | 2; id: string }; result: string | null };
  podDirectories: { args: Record<string, never>; result: string[] };
  /** False where the arena has as many shards as it may have; else the shard comes as an item of the kit. */
  growArena: { args: Record<string, never>; result: boolean };
  usage: { args: Record<string, never>; result: { cpuSeconds: number; rssBytes: number } };
}
export type SamplerMethod = keyof SamplerMethods;
export type OpenAnswer = { ok: true } | { ok: false; reason: MissReason };
export type BpfAnswer = { ok: true; bytes: number; tags: string[] } | { ok: false; reason: MissReason };

export interface Request {
  id: number;
  method: SamplerMethod;
  args: SamplerMethods[SamplerMethod]['args'];
}

/** `part` carries one process (or a piece of its mappings) of a longer answer; the last message has `done`. */
export interface Response {
  id: number;
  done?: boolean;
  result?: unknown;
  part?: ProcSnapshot;
}

/** A process with very many mappings is sent in pieces of so many, each below the largest message. */
export const MAPPINGS_PER_PART = 128;

/** JSON has no 64-bit integers: bigint is written as `{"$": "hex"}`. */
export function encodeMessage(message: Request | Response): Buffer {
  const text = JSON.stringify(message, (_, value: unknown) =>
    typeof value === 'bigint' ? { $: value.toString(16) } : value,
  );
  return Buffer.from(text);
}

export function decodeMessage(bytes: Buffer): unknown {
  return JSON.parse(bytes.toString(), (_, value: unknown) => {
    if (value !== null && typeof value === 'object' && '$' in value && typeof value.$ === 'string') {
      return BigInt(`0x${value.$}`);
    }
    return value;
  });
}
