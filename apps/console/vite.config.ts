import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

/** Into the gateway's package, with relative addresses, so that it works below any path. */
export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  base: './',
  logLevel: 'warn',
  build: {
    outDir: '../gateway/dist/console',
    emptyOutDir: true,
    assetsDir: 'console',
    assetsInlineLimit: 0,
    target: 'esnext',
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 1000,
  },
});
