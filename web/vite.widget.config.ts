import { defineConfig } from 'vite'
import { precompress } from './tools/precompress.mjs'

/** The chat widget: dist/widget, a loader of its own name and a frame that is served with its brand's policy. */
export default defineConfig({
  root: 'widget',
  base: '/widget/',
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  plugins: [precompress()],
  html: { cspNonce: '__CSP_NONCE__' },
  build: {
    outDir: '../dist/widget',
    emptyOutDir: true,
    modulePreload: false,
    assetsInlineLimit: 0,
    target: 'es2022',
    cssTarget: 'chrome123', // light-dark() stays itself: the fallback cannot be forced to one scheme
    rolldownOptions: {
      input: { frame: 'widget/frame.html', loader: 'widget/loader.ts' },
      output: { entryFileNames: chunk => (chunk.name === 'loader' ? 'widget.js' : 'assets/[name]-[hash].js') },
    },
  },
})
