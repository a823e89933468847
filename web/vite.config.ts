// Builds the page into dist/web: one script, one style sheet, names hashed, nothing inline (the server's
// content security policy allows neither inline scripts nor styles).
import { defineConfig } from 'vite';

export default defineConfig({
  root: import.meta.dirname,
  base: '/',
  build: {
    outDir: '../dist/web',
    emptyOutDir: true,
    target: 'es2022',
    // The first browsers that know `light-dark()`.
    cssTarget: ['chrome123', 'firefox120', 'safari17.5'],
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: true,
  },
  server: {
    // `npx vite --config web/vite.config.ts` beside a running daemon; the daemon wants its own origin.
    proxy: { '/api': { target: 'http://127.0.0.1:4040', changeOrigin: true } },
  },
});
