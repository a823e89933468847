// Answers of a ProfileClient, checked: what is no answer of Pilotlight becomes a failure that says what it is instead.
import { CommandFailure } from './failure.ts';
import type { Parameters, ProfileClient } from './profile-client.ts';
import { cutTo, printable } from './terminal-text.ts';

/** What the API sends with every refusal (src/server/errors.ts). */
interface ErrorBody {
  error: { code: string; message: string; hint?: string };
}

/** GET with parameters, those that are undefined left out; rejects with a CommandFailure unless the status is 2xx. */
export async function ask(
  client: ProfileClient,
  route: string,
  parameters: Parameters = {},
  signal?: AbortSignal,
): Promise<Response> {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== undefined) query.set(name, String(value));
  }
  const path = query.size === 0 ? route : `${route}?${query.toString()}`;
  return accepted(client, route, await client.request(path, { signal }));
}

/** POST or DELETE, with a body in JSON; rejects with a CommandFailure unless the status is 2xx. */
export async function send(
  client: ProfileClient,
  method: 'POST' | 'DELETE',
  route: string,
  body?: object,
): Promise<Response> {
  return accepted(
    client,
    route,
    await client.request(route, { method, ...(body === undefined ? {} : { body }) }),
  );
}

async function accepted(client: ProfileClient, route: string, response: Response): Promise<Response> {
  if (!response.ok) throw await refusal(client, route, response);
  return response;
}

/** The body of an answer in JSON. Its shape is taken on trust once it has the members named in `has`. */
export async function askJson<T extends object>(
  client: ProfileClient,
  route: string,
  parameters: Parameters,
  has: readonly (keyof T & string)[],
  signal?: AbortSignal,
): Promise<T> {
  return jsonBody(client, route, await ask(client, route, parameters, signal), has);
}

/** What an answer says in JSON, taken on trust as above. */
export async function jsonBody<T extends object>(
  client: ProfileClient,
  route: string,
  response: Response,
  has: readonly (keyof T & string)[],
): Promise<T> {
  const body = parseJson(await response.text());
  if (isObject(body) && has.every((name) => name in body)) return body as T;
  throw notPilotlight(client, route, response);
}

/** A window as a file. */
export async function askProfile(client: ProfileClient, parameters: Parameters): Promise<Response> {
  const route = '/api/v1/profile';
  const response = await ask(client, route, parameters);
  // Every profile we send is named as a file; a web server that answers everything with its page does not do so.
  const disposition = response.headers.get('content-disposition') ?? '';
  if (!disposition.includes('pilotlight-')) throw notPilotlight(client, route, response);
  return response;
}

async function refusal(client: ProfileClient, route: string, response: Response): Promise<CommandFailure> {
  const body = parseJson(await response.text().catch(() => ''));
  if (!isErrorBody(body)) return notPilotlight(client, route, response);
  const { code, message, hint } = body.error;
  if (response.status === 401) {
    return new CommandFailure(`${client.source} wants a token: ${printable(message)}`, {
      hint: 'give the file that holds it with --token-file',
    });
  }
  return new CommandFailure(printable(message), {
    // What the server could not understand came from this command line.
    exitCode: response.status === 400 || code === 'url_too_long' ? 2 : 1,
    ...(hint === undefined ? {} : { hint: printable(hint) }),
  });
}

export function notPilotlight(client: ProfileClient, route: string, response: Response): CommandFailure {
  const type = cutTo(40, printable(response.headers.get('content-type') ?? 'no content type'));
  return new CommandFailure(
    `what answers at ${client.source} is not Pilotlight (${response.status}, ${type}, for ${route})`,
    { hint: 'name the daemon with --server' },
  );
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined; // the caller says whose answer it is
    throw error;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function isErrorBody(body: unknown): body is ErrorBody {
  if (!isObject(body) || !isObject(body['error'])) return false;
  const { code, message, hint } = body['error'];
  return typeof code === 'string' && typeof message === 'string' && typeof (hint ?? '') === 'string';
}
