import react from '@vitejs/plugin-react'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    projects: [
      { test: { name: 'unit', include: ['src/**/*.test.ts', 'widget/**/*.test.ts'], environment: 'node' } },
      {
        plugins: [react()],
        test: { name: 'dom', include: ['src/**/*.test.tsx'], environment: 'happy-dom', setupFiles: ['src/dom.setup.ts'] },
      },
    ],
  },
})
