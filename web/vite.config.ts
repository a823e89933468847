// Builds the page into dist/web: one script, one style sheet, names hashed, nothing inline (the server's
// content security policy allows neither inline scripts nor styles); the same for login.html, which shares no module
// with it; and report.html, which is all inline.
import { join } from 'node:path';
import { defineConfig } from 'vite';
import { BROWSERS } from './browsers.ts';
import { reportPlugin } from './report-plugin.ts';

export default defineConfig({
  root: import.meta.dirname,
  base: '/',
  plugins: [reportPlugin()],
  build: {
    outDir: '../dist/web',
    emptyOutDir: true,
    ...BROWSERS,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: true,
    rolldownOptions: { input: ['index.html', 'login.html'].map((entry) => join(import.meta.dirname, entry)) },
  },
  server: {
    // `npx vite --config web/vite.config.ts` beside a running daemon; the daemon wants its own origin.
    proxy: { '/api': { target: 'http://127.0.0.1:4040', changeOrigin: true } },
  },
});
