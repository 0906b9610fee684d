import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'
import { precompress } from './tools/precompress.mjs'
import { words } from './tools/words.mjs'

/** The staff app: dist/app, one lazy chunk a face, a manifest from which serve.go writes preload hints. */
export default defineConfig({
  plugins: [react(), words(), precompress()],
  html: { cspNonce: '__CSP_NONCE__' },
  worker: { format: 'es' },
  build: {
    outDir: 'dist/app',
    emptyOutDir: true,
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    sourcemap: false,
    manifest: true,
    chunkSizeWarningLimit: 700,
  },
})
