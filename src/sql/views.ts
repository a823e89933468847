// The views that statements read (docs/sql.md). Their columns are an interface: none is renamed or removed.
import { MARKERS, MARKER_OBJECT } from '../model/location.ts';
import { SAMPLE_KINDS } from '../model/profile-batch.ts';
import { processLabelSql } from '../store/label-sql.ts';
import { STORED } from './stored-samples.ts';

/** Texts are never NULL, as in selectors: what is not known is ''. Numbers that are not known are NULL. */
const label = (name: Parameters<typeof processLabelSql>[0]) => `coalesce(${processLabelSql(name)!}, '')`;

const LABELS = `
  p.pid AS pid, s.process_id AS process_id, ${label('comm')} AS comm, ${label('exe')} AS exe,
  ${label('user')} AS "user", ${label('container')} AS container, ${label('pod')} AS pod,
  ${label('namespace')} AS namespace, ${label('unit')} AS unit`;

const KIND = `CASE s.kind ${SAMPLE_KINDS.map((kind, number) => `WHEN ${number} THEN '${kind}'`).join(' ')}
  ELSE s.kind::VARCHAR END AS kind`;

const SAMPLES = `
CREATE VIEW samples AS
SELECT epoch_ms(s.time_ms) AS time, s.time_ms AS time_ms, s.cpu AS cpu, s.tid AS tid, s.thread AS thread,
  ${LABELS}, ${KIND}, s.stack_id AS stack_id,
  s.count::BIGINT AS samples, s.weight_ns::BIGINT AS cpu_ns, s.weight_ns / 1e9 AS cpu_seconds
FROM internal.samples s LEFT JOIN ${STORED}.processes p ON p.process_id = s.process_id`;

/** As the flame graph calls a location without a name (src/store/location-query.ts). */
const STAND_IN = `
  CASE o.kind
    WHEN 'marker' THEN CASE WHEN o.path = '${MARKER_OBJECT.path}'
      THEN coalesce([${MARKERS.map((marker) => `'${marker}'`).join(', ')}][l.address::BIGINT + 1], '${MARKERS[0]}')
      ELSE o.path END
    WHEN 'kernel' THEN '[kernel]'
    WHEN 'jit' THEN '[jit]'
    ELSE '[' || coalesce(nullif(regexp_replace(regexp_extract(o.path, '[^/]*$'), '^\\[(.*)\\]$', '\\1'), ''),
      o.kind) || ']'
  END`;

/** One row per function that a location names, innermost (0) first. */
const LOCATION_FRAMES = `
CREATE VIEW internal.location_frames AS
SELECT l.location, coalesce(y.depth, 0) AS inline_depth, coalesce(y.name, ${STAND_IN}) AS function,
  coalesce(y.system_name, '') AS linkage_name, coalesce(y.file, '') AS file, nullif(y.line, 0) AS line,
  o.path AS object, o.kind AS object_kind, o.build_id, l.address, y.name IS NOT NULL AS named
FROM internal.locations l JOIN ${STORED}.objects o ON o.object_id = l.object_id
LEFT JOIN (SELECT * FROM ${STORED}.symbols WHERE reason = '') y ON y.location_id = l.location_id`;

const FRAMES = `
CREATE VIEW frames AS
SELECT s.stack_id, s.position, coalesce(f.inline_depth, 0) AS inline_depth,
  s.position = 0 AND coalesce(f.inline_depth, 0) = 0 AS is_leaf,
  coalesce(f.function, '${MARKERS[0]}') AS function, coalesce(f.linkage_name, '') AS linkage_name,
  coalesce(f.file, '') AS file, f.line, coalesce(f.object, '${MARKER_OBJECT.path}') AS object,
  coalesce(f.object_kind, 'marker') AS object_kind, coalesce(f.build_id, '') AS build_id,
  f.address, coalesce(f.named, false) AS named
FROM (
  SELECT stack_id, unnest(locations) AS location, generate_subscripts(locations, 1) - 1 AS position
  FROM internal.stacks
) s LEFT JOIN internal.location_frames f ON f.location = s.location`;

/**
 * Stacks have millions of frames together: they are made of numbers of functions, and get names at the end. (Lists of 2
 * million names did not fit into 512 MiB; so, 60,000 stacks of 33 frames need half of 256 MiB.) `stacks`: a query of the stacks that matter, with their locations.
 */
const numberedFrames = (stacks: string) => `
numbered AS MATERIALIZED (
  SELECT row_number() OVER () AS id, function, object FROM (
    SELECT function, object FROM internal.location_frames UNION SELECT '${MARKERS[0]}', '${MARKER_OBJECT.path}'
  )
), places AS MATERIALIZED (
  SELECT f.location, f.inline_depth, n.id
  FROM internal.location_frames f JOIN numbered n ON n.function = f.function AND n.object = f.object
), framed AS (
  SELECT s.stack_id, s.position, coalesce(p.inline_depth, 0) AS inline_depth, coalesce(p.id, (
    SELECT id FROM numbered WHERE function = '${MARKERS[0]}' AND object = '${MARKER_OBJECT.path}')) AS id
  FROM (
    SELECT stack_id, unnest(locations) AS location, generate_subscripts(locations, 1) - 1 AS position
    FROM (${stacks})
  ) s LEFT JOIN places p ON p.location = s.location
)`;

/** A key sorts by position and inline depth, and has the function's number in its lower 32 bits. */
const STACKS = `
CREATE VIEW stacks AS
WITH ${numberedFrames('FROM internal.stacks')},
names AS MATERIALIZED (
  SELECT list(function ORDER BY id) AS functions, list(object ORDER BY id) AS objects FROM numbered
), keyed AS (
  SELECT stack_id, list_sort(list(((position << 16) | inline_depth) << 32 | id)) AS keys FROM framed GROUP BY stack_id
)
SELECT k.stack_id, len(k.keys) AS depth,
  list_transform(k.keys, lambda key: n.functions[key & 4294967295]) AS functions,
  list_transform(k.keys, lambda key: n.objects[key & 4294967295]) AS objects
FROM keyed k, names n`;

/** `window`: a condition on stored samples `s`. */
const functionsSql = (window: string) => `
WITH sums AS MATERIALIZED (
  SELECT s.stack_id, sum(s.count)::BIGINT AS samples, sum(s.weight_ns) / 1e9 AS seconds
  FROM internal.samples s WHERE ${window} GROUP BY s.stack_id
), ${numberedFrames('FROM internal.stacks WHERE stack_id IN (SELECT stack_id FROM sums)')},
inside AS (
  SELECT stack_id, id, bool_or(position = 0 AND inline_depth = 0) AS is_leaf FROM framed GROUP BY stack_id, id
), added AS (
  SELECT i.id, coalesce(sum(t.samples) FILTER (i.is_leaf), 0)::BIGINT AS self_samples,
    sum(t.samples)::BIGINT AS total_samples, coalesce(sum(t.seconds) FILTER (i.is_leaf), 0) AS self_cpu_seconds,
    sum(t.seconds) AS total_cpu_seconds
  FROM inside i JOIN sums t ON t.stack_id = i.stack_id GROUP BY i.id
)
SELECT n.function, n.object, a.self_samples, a.total_samples, a.self_cpu_seconds, a.total_cpu_seconds
FROM added a JOIN numbered n ON n.id = a.id`;

/** `step`: ms, of a step that begins at a multiple of it. */
const seriesSql = (step: string) => `
SELECT epoch_ms(s.step * (${step})) AS time, ${LABELS}, ${KIND}, s.samples, s.cpu_seconds,
  s.cpu_seconds * 1000 / (${step}) AS cpus
FROM (
  SELECT time_ms // (${step}) AS step, process_id, kind, sum(count)::BIGINT AS samples,
    sum(weight_ns) / 1e9 AS cpu_seconds
  FROM internal.samples GROUP BY ALL
) s LEFT JOIN ${STORED}.processes p ON p.process_id = s.process_id`;

const PROCESSES = `
CREATE VIEW processes AS
SELECT p.process_id, p.pid, epoch_ms(p.start_ms) AS started, p.comm, p.exe, p.uid, p."user", p.cgroup,
  ${label('container')} AS container, p.container AS container_id, ${label('pod')} AS pod, p.pod_uid, p.namespace, p.unit
FROM ${STORED}.processes p`;

/** Statements that make the views, in this order; they want those of stored-samples.ts and stored-stacks.ts. */
export const VIEWS: readonly string[] = [
  LOCATION_FRAMES,
  SAMPLES,
  FRAMES,
  STACKS,
  `CREATE VIEW functions AS ${functionsSql('true')}`,
  `CREATE MACRO functions_between(since, until) AS TABLE ${functionsSql(
    's.time_ms >= epoch_ms(since::TIMESTAMP) AND s.time_ms < epoch_ms(until::TIMESTAMP)',
  )}`,
  PROCESSES,
  `CREATE VIEW series AS ${seriesSql('10_000')}`,
  `CREATE MACRO series_every(step) AS TABLE ${seriesSql('epoch_ms(step::INTERVAL)')}`,
];
