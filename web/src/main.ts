// Starts the page and keeps it current.
import { Page } from './page.ts';
import { enableCopy } from './summary.ts';

/** The store is flushed every 5 s: more often would show nothing new. */
const LIVE_MS = 5000;
const STATUS_MS = 10_000;

const page = new Page();
enableCopy();
page.start();

// A page nobody looks at asks for nothing: it would only add to the load it shows.
setInterval(() => {
  if (page.wantsRefresh && !document.hidden) void page.load();
}, LIVE_MS);
setInterval(() => {
  if (!document.hidden) void page.loadStatus();
}, STATUS_MS);
