// Labels of processes, on a host with cgroups of the test's own.
import { beforeEach, describe, expect, it } from 'vitest';
import { ProcessLabels } from '../../src/collector/process-labels.ts';
import type { ProcessImage } from '../../src/collector/process-table.ts';
import { TrackedProcess } from '../../src/collector/process-table.ts';
import type { RawSample } from '../../src/collector/sample-decoder.ts';
import { SampleDecoder } from '../../src/collector/sample-decoder.ts';
import { SamplerUnavailable } from '../../src/collector/sampler-client.ts';
import { processId } from '../../src/model/process.ts';
import { FAKE_SESSION, FakeSamplerHost } from '../support/fake-sampler-host.ts';
import type { LogRecordFields } from '../support/log-writer.ts';
import { logRecord } from '../support/log-writer.ts';

const UID = '1f2e3d4c-5b6a-7988-a7b6-c5d4e3f2a1b0';
const CONTAINER = '0123456789abcdef'.repeat(4);

let host: FakeSamplerHost;
let labels: ProcessLabels;

beforeEach(() => {
  host = new FakeSamplerHost();
  labels = new ProcessLabels(host);
  labels.refresh();
});

function sampleOf(fields: Partial<LogRecordFields>): RawSample {
  let found: RawSample | undefined;
  const bytes = logRecord({ sequence: 0, user: [], comm: 'thread', ...fields });
  new SampleDecoder(0).decode(bytes, (sample) => (found = sample), () => undefined); // prettier-ignore
  return found!;
}
const imageOf = (comm: string, cgroup = ''): ProcessImage =>
  new TrackedProcess(7, 100, comm, `/bin/${comm}`, cgroup).image;

describe('ProcessLabels', () => {
  it('describes a process by its image, its user and its cgroup', async () => {
    host.cgroups.set('2:42', `/kubepods/burstable/pod${UID}/${CONTAINER}`);
    host.pods = [`shop_cart-7d9f_${UID}`];
    expect(await labels.describe(imageOf('app'), sampleOf({ cgroupV2: 42n, uid: 4_000_000 }), 5000)).toEqual({
      id: processId(FAKE_SESSION.bootId, 7, 100, 'app'),
      pid: 7,
      startMs: 5000,
      image: 0,
      comm: 'app',
      exe: '/bin/app',
      cgroup: `/kubepods/burstable/pod${UID}/${CONTAINER}`,
      uid: 4_000_000,
      user: '4000000',
      container: CONTAINER,
      podUid: UID,
      pod: 'cart-7d9f',
      namespace: 'shop',
      containerName: '',
      unit: '',
    });
  });

  it('calls a process of unknown name by the sampled thread’s', async () => {
    expect((await labels.describe(imageOf(''), sampleOf({}), 0)).comm).toBe('thread');
  });

  it.each([
    ['the v2 path', { cgroupV2: 1n, cgroupV1: 3n }, '/system.slice/a.service'],
    ['the v1 path where v2 is at its root', { cgroupV2: 2n, cgroupV1: 3n }, '/docker/x'],
    ['the v1 path where v2 is gone', { cgroupV2: 9n, cgroupV1: 3n }, '/docker/x'],
    ['the root where there is no v1', { cgroupV2: 2n, cgroupV1: 0n }, '/'],
    ['what /proc said where both are gone', { cgroupV2: 9n, cgroupV1: 9n }, '/from/proc'],
  ])('takes %s', async (_, ids, expected) => {
    host.cgroups.set('2:1', '/system.slice/a.service').set('2:2', '/').set('1:3', '/docker/x');
    expect((await labels.describe(imageOf('app', '/from/proc'), sampleOf(ids), 0)).cgroup).toBe(expected);
  });

  it('asks for each cgroup once', async () => {
    host.cgroups.set('2:1', '/a.service');
    for (let i = 0; i < 3; i++) await labels.describe(imageOf('app'), sampleOf({ cgroupV2: 1n }), 0);
    expect(host.calls).toEqual(['cgroupPath 2 1']);
  });

  it('asks again once the sampler is back', async () => {
    host.cgroups.set('2:1', '/a.service');
    host.faults.set('cgroupPath 2 1', new SamplerUnavailable('restarting'));
    const during = await labels.describe(imageOf('app'), sampleOf({ cgroupV2: 1n }), 0);
    host.faults.clear();
    const after = await labels.describe(imageOf('app'), sampleOf({ cgroupV2: 1n }), 0);
    expect([during.cgroup, after.cgroup, after.unit]).toEqual(['', '/a.service', 'a.service']);
  });

  it('looks for a pod’s name again until its directory is there', async () => {
    host.cgroups.set('2:1', `/kubepods/pod${UID}/${CONTAINER}`);
    const pod = async (): Promise<string> => {
      labels.refresh();
      return (await labels.describe(imageOf('app'), sampleOf({ cgroupV2: 1n }), 0)).pod;
    };
    expect(await pod()).toBe('');
    host.pods = [`shop_cart_${UID}`];
    expect([await pod(), await pod()]).toEqual(['cart', 'cart']);
    expect(host.calls.filter((call) => call === 'podDirectories')).toHaveLength(2);
  });
});
