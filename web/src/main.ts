// Starts the page and keeps it current.
import { showAccess } from './access-link.ts';
import { connectionLost } from './connection.ts';
import { Page } from './page.ts';

/** The store is flushed every 5 s: more often would show nothing new. */
const LIVE_MS = 5000;
const STATUS_MS = 10_000;
/** While nothing answers. */
const RETRY_MS = 2000;

const page = new Page();
page.start();

// A page nobody looks at asks for nothing: it would only add to the load it shows.
setInterval(() => {
  if (page.wantsRefresh && !document.hidden) void page.refresh();
}, LIVE_MS);

function keepStatus(): void {
  const next = () => setTimeout(keepStatus, connectionLost() === undefined ? STATUS_MS : RETRY_MS);
  if (document.hidden) next();
  else void page.loadStatus().finally(next);
}
setTimeout(keepStatus, RETRY_MS);
// Not needed to see anything: after what the page shows.
setTimeout(() => void showAccess().catch(() => undefined), RETRY_MS);
