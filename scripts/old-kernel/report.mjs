// What a guest's run came to, as a table; a line that begins with FAILED is what a working kernel must not show.
// usage: report.mjs DIR, where DIR holds what inside.sh wrote
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * @typedef {object} Status - what is read of GET /api/v1/status
 * @property {Record<string, number>} walks
 * @property {{ closed: boolean, unaccounted: number, perCpu: { cpu: number }[] }} conservation
 * @property {unknown} overhead
 * @property {unknown} rate
 * @property {{ namedSamples: number, samples: number }} [coverage]
 *
 * @typedef {{ canSample: boolean, checks: { name: string, status: string, found: string, why: string }[] }} Doctor
 */

const dir = process.argv[2] ?? '/out';
/** @param {string} name @returns {string} empty where it was not written */
const text = (name) => {
  try {
    return readFileSync(join(dir, name), 'utf8').trim();
  } catch {
    return '';
  }
};
/** @param {string} name @returns {unknown} null where it was not written */
function json(name) {
  try {
    return JSON.parse(text(name));
  } catch {
    return null;
  }
}
/** @type {(what: string, value: unknown) => void} */
const row = (what, value) => console.log(`${what.padEnd(30)} ${String(value)}`);
/** @type {(holds: boolean, what: string) => void} */
const expect = (holds, what) => {
  if (!holds) console.log(`FAILED ${what}`);
};
/** @type {(part: number, whole: number) => string} */
const share = (part, whole) => (whole === 0 ? 'none' : `${((part / whole) * 100).toFixed(2)} % of ${whole}`);

const RECORDED = ['openssl', 'module'];
// These samples have no user stack to walk: threads of the kernel, and exec or exit in progress.
const NO_WALK = new Set(['noUserStack', 'exiting']);
// Counted beside the ends, not among them.
const BESIDE = new Set(['kernelThread', 'lostStack', 'byPointer', 'unknownProcess']);
const KERNEL_COMPLAINTS = /(BUG:|WARNING:|Oops|lockup|rcu.*stall|general protection)/;

row('kernel', text('version'));
reportDoctor();
for (const name of RECORDED) reportRecording(name);
reportServe();
reportModule();
const complaints = text('dmesg')
  .split('\n')
  .filter((line) => KERNEL_COMPLAINTS.test(line));
row('complaints of the kernel', complaints.length === 0 ? 'none' : complaints.join(' | '));
expect(complaints.length === 0, 'the kernel complains');

function reportDoctor() {
  const doctor = /** @type {Doctor | null} */ (json('doctor.json'));
  row('doctor', doctor ? `canSample ${doctor.canSample}` : `no answer: ${text('doctor.err')}`);
  for (const { name, status, found, why } of doctor?.checks ?? []) {
    if (status !== 'ok') row(`  ${status}: ${name}`, `${found}: ${why}`);
  }
  expect(doctor?.canSample === true, 'doctor says that this host cannot be sampled');
}

/** @param {string} name */
function reportRecording(name) {
  const lines = text(`${name}.folded`).split('\n').filter(Boolean);
  const samples = lines.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
  row(
    `record ${name}`,
    `${samples} samples, ${lines.length} stacks ${text(`${name}.err`).split('\n').at(-1)}`,
  );
  expect(samples > 0, `nothing recorded of ${name}`);
}

function reportModule() {
  const named = text('served.folded')
    .split('\n')
    .filter((line) => /sha3_\w+|keccakf/.test(line));
  row('stacks with sha3 code', named.length);
  if (named[0]) row('  one of them', named[0]);
  expect(named.length > 0, 'no frame of the module sha3_generic is named');
}

function reportServe() {
  const first = /** @type {Status | null} */ (json('first.json'));
  const second = /** @type {Status | null} */ (json('second.json'));
  const status = second ?? first;
  row('serve', status ? 'answers' : `no answer: ${text('serve.out').split('\n').slice(-3).join(' | ')}`);
  if (!status) return expect(false, 'the daemon does not answer');
  if (first) reportWalks('walks, first load', first.walks, {});
  if (second) reportWalks('walks, second load', second.walks, first?.walks ?? {}, 0.97);
  expect(second !== null, 'the second load did not end in time');
  const { closed, unaccounted, perCpu } = status.conservation;
  row('conservation', `closed ${closed}, unaccounted ${unaccounted}`);
  expect(closed, 'the account does not close');
  for (const cpu of perCpu) row(`  CPU ${cpu.cpu}`, JSON.stringify(cpu));
  row('overhead', JSON.stringify(status.overhead));
  row('rate', JSON.stringify(status.rate));
  row('named samples', share(status.coverage?.namedSamples ?? 0, status.coverage?.samples ?? 0));
  row(
    'verified instructions',
    text('verified').replace(/^verified_insns:\s*/, '') || 'not told by this kernel',
  );
  row('how it ended', text('steps').replaceAll('\n', ', '));
}

/**
 * @param {string} what @param {Record<string, number>} now @param {Record<string, number>} before
 * @param {number} atLeast - share that has to reach a root
 */
function reportWalks(what, now, before, atLeast = 0) {
  const since = Object.entries(now)
    .map(([end, count]) => /** @type {const} */ ([end, count - (before[end] ?? 0)]))
    .filter(([, count]) => count > 0);
  const walked = since
    .filter(([end]) => !BESIDE.has(end) && !NO_WALK.has(end))
    .reduce((sum, [, count]) => sum + count, 0);
  const root = Object.fromEntries(since).root ?? 0;
  row(what, `${share(root, walked)} reach their root`);
  row('  all ends', JSON.stringify(Object.fromEntries(since)));
  expect(root >= atLeast * walked, `fewer than ${atLeast * 100} % of them do`);
}
