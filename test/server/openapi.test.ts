// GET /openapi.json: valid, complete, and true of the server that answers it.
import { mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Validator } from '@seriousme/openapi-schema-validator';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { App } from '../../src/server/context.ts';
import { fakeApp } from '../support/fake-service.ts';
import { fakeStore } from '../support/fake-store.ts';
import { bearer, READ_TOKEN, tokenAccess } from '../support/token-access.ts';

/** Where tokens are wanted. */
type Secured = Record<string, Record<string, { security: { token: string[] }[] }>>;

interface Schema {
  type?: string;
  enum?: string[];
  example?: string;
  default?: string | number;
  minimum?: number;
  maximum?: number;
}
interface Parameter {
  name: string;
  in: 'query' | 'path';
  required: boolean;
  description?: string;
  schema: Schema;
}
interface Operation {
  summary: string;
  parameters?: Parameter[];
  requestBody?: { content: { 'application/json': { example: object } } };
  responses: Record<string, { description: string; content: Record<string, { schema: object }> }>;
}
interface Description {
  info: { title: string; version: string };
  servers?: unknown;
  paths: Record<string, Record<string, Operation>>;
}

const NOW = Date.UTC(2026, 0, 31, 14, 0, 0);
const PLACE = '<script type="application/json" id="profile"></script>';

let webRoot: string;
let app: App;
let description: Description;
beforeAll(async () => {
  webRoot = await mkdtemp(join(tmpdir(), 'pilotlight-openapi-'));
  await writeFile(join(webRoot, 'report.html'), PLACE);
  const store = fakeStore({ text: 'node:\n  main @/usr/bin/node =3', timeMs: NOW - 60_000 });
  const sql = {
    run: async () => {
      const file = await open(join(webRoot, 'report.html'));
      return { format: 'json' as const, rows: 0, truncated: null, takenMs: NOW, bytes: PLACE.length, file };
    },
  };
  app = fakeApp({ store, sql, webRoot, now: () => NOW });
  const response = await app.request('/openapi.json');
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toMatch(/^application\/json/);
  description = (await response.json()) as Description;
});
afterAll(() => rm(webRoot, { recursive: true }));

const operations = () =>
  Object.entries(description.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  );

/** Values that the description itself says a parameter may have. */
function values({ schema }: Parameter): string[] {
  const { example, default: fallback, minimum, maximum } = schema;
  const named = [example, fallback, minimum, maximum].filter((value) => value !== undefined).map(String);
  return [...new Set([...(schema.enum ?? []), ...named])];
}

/** Status of a request; a client that leaves at once, so that nothing waits (499 says that it was let in). */
async function status(
  path: string,
  query: Record<string, string>,
  { requestBody }: Operation,
): Promise<number> {
  const target = path.replace('{name}', query['name'] ?? 'comm');
  const params = new URLSearchParams(Object.entries(query).filter(([name]) => !path.includes(`{${name}}`)));
  const client = new AbortController();
  const sent = requestBody?.content['application/json'].example;
  const headers = { 'content-type': 'application/json' };
  const post = sent === undefined ? {} : { method: 'POST', headers, body: JSON.stringify(sent) };
  const answer = app.request(`${target}?${params}`, { ...post, signal: client.signal });
  if (path === '/debug/pprof/profile') client.abort();
  const response = await answer;
  return response.status === 499 ? 200 : response.status;
}

describe('/openapi.json', () => {
  it('is a valid OpenAPI 3.1 description', async () => {
    const validated = await new Validator().validate({ ...description });
    expect(validated).toMatchObject({ valid: true });
    expect(description).toMatchObject({ openapi: '3.1.0', info: { title: 'Pilotlight', version: '1.2.3' } });
    expect(description.servers).toBeUndefined();
  });

  it('says which token a route wants where tokens are wanted, and nothing of it elsewhere', async () => {
    expect(operations().filter(({ operation }) => 'security' in operation)).toEqual([]);
    const guarded = fakeApp({ access: tokenAccess() });
    const response = await guarded.request('/openapi.json', { headers: bearer(READ_TOKEN) });
    const secured = (await response.json()) as Description & { paths: Secured };
    expect(await new Validator().validate({ ...secured })).toMatchObject({ valid: true });
    for (const [path, methods] of Object.entries(secured.paths)) {
      for (const [method, { security }] of Object.entries(methods)) {
        const headers = method === 'get' ? {} : { 'content-type': 'application/json' };
        const asked = await guarded.request(path, { method: method.toUpperCase(), headers });
        expect(asked.status === 401, `${method} ${path}`).toBe(security.length > 0);
      }
    }
    expect(secured.paths['/api/v1/pins']!['post']!.security).toEqual([{ token: ['admin'] }]);
    expect(secured.paths['/api/v1/top']!['get']!.security).toEqual([{ token: ['read'] }]);
  });

  it('would not be found valid with a fault in it', async () => {
    const faulty = { ...description, paths: { '/x': { get: { responses: { 200: {} } } } } };
    expect(await new Validator().validate(faulty)).toMatchObject({ valid: false });
  });

  it('has every route but those of the page’s files, and no other', () => {
    const registered = app.routes
      .filter(({ method, path }) => method !== 'ALL' && path !== '/' && path !== '/*')
      .map(({ method, path }) => `${method.toLowerCase()} ${path.replace(/:(\w+)/g, '{$1}')}`);
    const described = operations().map(({ method, path }) => `${method} ${path}`);
    expect(described.toSorted()).toEqual([...new Set(registered)].sort());
    expect(described.length).toBeGreaterThan(10);
  });

  it('says of every route what it is for and which errors it may answer', () => {
    for (const { path, operation } of operations()) {
      expect(operation.summary, path).not.toBe('');
      expect(Object.keys(operation.responses), path).toEqual(
        expect.arrayContaining(['200', '400', '403', '414', '500']),
      );
      for (const [code, response] of Object.entries(operation.responses)) {
        expect(response.description, `${path} ${code}`).not.toBe('');
        if (code === '200') continue;
        expect(response.content['application/json']?.schema).toEqual({ $ref: '#/components/schemas/Error' });
      }
    }
  });

  it('says of every parameter what it means and what it may be', () => {
    for (const { path, operation } of operations()) {
      for (const parameter of operation.parameters ?? []) {
        const name = `${path} ${parameter.name}`;
        expect(parameter.description, name).toMatch(/\w/);
        expect(values(parameter).length, name).toBeGreaterThan(0);
      }
    }
  });

  it('gives values that the server accepts, each and all examples at once', async () => {
    let asked = 0;
    for (const { path, method, operation } of operations()) {
      // What changes something is asked by the tests of its own.
      if (method !== 'get') continue;
      const parameters = operation.parameters ?? [];
      for (const parameter of parameters) {
        for (const value of values(parameter)) {
          expect(
            await status(path, { [parameter.name]: value }, operation),
            `${path} ${parameter.name}=${value}`,
          ).toBe(200);
          asked++;
        }
      }
      const examples = parameters.flatMap(({ name, schema }) =>
        schema.example === undefined ? [] : [[name, schema.example]],
      );
      expect(
        await status(path, Object.fromEntries(examples) as Record<string, string>, operation),
        path,
      ).toBe(200);
    }
    expect(asked).toBeGreaterThan(60);
  });

  it('states bounds that hold', async () => {
    for (const { path, operation } of operations()) {
      for (const { name, schema } of operation.parameters ?? []) {
        const beyond = [(schema.minimum ?? NaN) - 1, (schema.maximum ?? NaN) + 1];
        for (const value of beyond.filter((number) => !Number.isNaN(number))) {
          expect(await status(path, { [name]: String(value) }, operation), `${path} ${name}=${value}`).toBe(
            400,
          );
        }
        if (schema.enum !== undefined)
          expect(await status(path, { [name]: 'no-such-word' }, operation)).toBe(400);
      }
    }
  });
});
