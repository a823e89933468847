// Rows of processes: turns what is known of a tracked process into labels.
import { NO_WORKLOAD, processId } from '../model/process.ts';
import type { ProcessId, ProcessInfo, Workload } from '../model/process.ts';
import type { ProcessImage } from './process-table.ts';
import type { RawSample } from './sample-decoder.ts';
import type { SamplerHost } from './sampler-host.ts';
import { SamplerUnavailable } from './sampler-client.ts';
import { UserNames } from './users.ts';
import { podNameOf, workloadOf } from './workload.ts';

/** cgroups remembered by id; hosts have a few hundred, builds in containers make many. */
const MAX_CGROUPS = 10_000;

export class ProcessLabels {
  readonly #host: SamplerHost;
  readonly #users = new UserNames();
  readonly #paths = new Map<string, string>();
  readonly #workloads = new Map<string, Workload>();
  #podDirectories: string[] | null = null;

  constructor(host: SamplerHost) {
    this.#host = host;
  }

  /** Forgets what may have changed since; call once per batch. */
  refresh(): void {
    this.#users.refresh();
    this.#podDirectories = null;
  }

  #idOf({ process, name }: ProcessImage): ProcessId {
    return processId(this.#host.session.bootId, process.pid, process.startTicks ?? 0, name);
  }

  /** `sample`: one of the image's, for the user and the cgroup that it ran under. */
  async describe(image: ProcessImage, sample: RawSample, startMs: number): Promise<ProcessInfo> {
    const cgroup = (await this.#cgroupOf(sample)) || image.cgroup;
    return {
      id: this.#idOf(image),
      pid: image.process.pid,
      startMs,
      image: image.number,
      comm: image.comm || sample.threadName,
      exe: image.exe,
      cgroup,
      uid: sample.uid,
      user: this.#users.nameOf(sample.uid),
      ...(await this.#workloadOf(cgroup)),
    };
  }

  /** The v2 path unless that is the root, else the v1 path. '' when both cgroups are gone. */
  async #cgroupOf(sample: RawSample): Promise<string> {
    const v2 = await this.#path(2, sample.cgroupV2);
    if ((v2 !== '' && v2 !== '/') || sample.cgroupV1 === 0n) return v2;
    return (await this.#path(1, sample.cgroupV1)) || v2;
  }

  async #path(version: 1 | 2, id: bigint): Promise<string> {
    const key = `${version}:${id}`;
    const known = this.#paths.get(key);
    if (known !== undefined) return known;
    let path = '';
    try {
      path = (await this.#host.cgroupPath(version, id)) ?? '';
    } catch (error) {
      if (!(error instanceof SamplerUnavailable)) throw error;
      return ''; // not remembered: the sampler will be back
    }
    if (this.#paths.size >= MAX_CGROUPS) this.#paths.clear();
    this.#paths.set(key, path);
    return path;
  }

  async #workloadOf(cgroup: string): Promise<Workload> {
    if (cgroup === '' || cgroup === '/') return NO_WORKLOAD;
    const known = this.#workloads.get(cgroup);
    if (known) return known;
    const workload = workloadOf(cgroup);
    if (workload.podUid !== '') {
      this.#podDirectories ??= await this.#host.podDirectories();
      Object.assign(workload, podNameOf(workload.podUid, this.#podDirectories));
    }
    if (this.#workloads.size >= MAX_CGROUPS) this.#workloads.clear();
    // A pod's log directory may appear after its first samples: without a name it is looked for again.
    if (workload.podUid === '' || workload.pod !== '') this.#workloads.set(cgroup, workload);
    return workload;
  }
}
