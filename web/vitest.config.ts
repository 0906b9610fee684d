import react from '@vitejs/plugin-react'
import { defineConfig } from 'vitest/config'
import { words } from './tools/words.mjs'

export default defineConfig({
  test: {
    projects: [
      { plugins: [words()], test: { name: 'unit', include: ['src/**/*.test.ts', 'widget/**/*.test.ts'], environment: 'node' } },
      {
        plugins: [react(), words()],
        test: { name: 'dom', include: ['src/**/*.test.tsx'], environment: 'happy-dom', setupFiles: ['src/dom.setup.ts'] },
      },
    ],
  },
})
