// The form that asks for a token. It shares no module with the page, so that the page stays one script.
import { destination } from './destination.ts';

/** What GET /api/v1/session answers. */
interface Session {
  access: 'open' | 'token';
  name: string | null;
  scope: string | null;
}

const enter = byId('enter', HTMLFormElement);
const leave = byId('leave', HTMLFormElement);
const token = byId('token', HTMLInputElement);
const problem = byId('problem', HTMLElement);
const state = byId('state', HTMLElement);

function byId<T extends HTMLElement>(id: string, type: new () => T): T {
  const found = document.getElementById(id);
  if (found instanceof type) return found;
  throw new Error(`login.html has no ${type.name} with the id ${id}`);
}

/** The session after it; throws what a person is told. */
async function ask(method: string, body?: object): Promise<Session> {
  const headers = { 'content-type': 'application/json' };
  const options = body === undefined ? {} : { body: JSON.stringify(body) };
  const response = await fetch('/api/v1/session', {
    method,
    ...(method === 'GET' ? {} : { headers }),
    ...options,
  });
  const answer = (await response.json()) as Session & { error?: { message: string } };
  if (response.ok) return answer;
  throw new Error(answer.error?.message ?? `the server answered ${response.status}`);
}

function show({ access, name, scope }: Session): void {
  enter.hidden = access === 'open' || scope !== null;
  leave.hidden = access === 'open' || scope === null;
  state.hidden = access === 'token';
  state.textContent = 'This server wants no token.';
  byId('name', HTMLElement).textContent = name;
  byId('scope', HTMLElement).textContent = scope;
  if (!enter.hidden) token.focus();
}

function tell(error: unknown): void {
  problem.textContent = error instanceof Error ? error.message : String(error);
  problem.hidden = false;
  state.hidden = true;
}

async function goOn(): Promise<void> {
  const session = await ask('GET');
  // Whoever follows a link from elsewhere comes here with a session that the browser did not send along.
  const to = destination(new URLSearchParams(location.search).get('to'));
  if (to !== undefined && session.scope !== null) location.replace(to);
  else show(session);
}

enter.addEventListener('submit', (event) => {
  event.preventDefault();
  problem.hidden = true;
  void ask('POST', { token: token.value.trim() })
    .then(() => location.replace(destination(new URLSearchParams(location.search).get('to')) ?? '/'))
    .catch(tell);
});

leave.addEventListener('submit', (event) => {
  event.preventDefault();
  void ask('DELETE').then(show).catch(tell);
});

void goOn().catch(tell);
