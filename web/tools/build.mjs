// Builds the staff app, and the chat widget where its sources are.
import { existsSync } from 'node:fs'
import { build } from 'vite'

await build({ logLevel: 'warn' })
if (existsSync('widget/frame.tsx')) await build({ configFile: 'vite.widget.config.ts', logLevel: 'warn' })
