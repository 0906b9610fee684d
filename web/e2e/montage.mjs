import { chromium } from '@playwright/test'

const [, , out, w, h, cols, ...files] = process.argv
const b = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--allow-file-access-from-files'] })
const p = await b.newPage({ viewport: { width: Number(w) * Number(cols), height: Number(h) * Math.ceil(files.length / Number(cols)) } })
const fs = await import('node:fs')
const img = f => 'data:image/png;base64,' + fs.readFileSync('/tmp/webleg/shots/' + f + '.png').toString('base64')
await p.setContent(
  `<body style="margin:0;display:grid;grid-template-columns:repeat(${cols},${w}px)">${files.map(f => `<img src="${img(f)}" style="width:${w}px">`).join('')}</body>`,
)
await p.screenshot({ path: '/tmp/webleg/shots/' + out + '.png' })
await b.close()
