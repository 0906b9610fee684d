// Fails when what a browser must fetch before the first view has grown past its budget. Sizes are read from the built files.
import { existsSync, readFileSync, statSync } from 'node:fs'

const app = 'dist/app'
const manifest = JSON.parse(readFileSync(`${app}/.vite/manifest.json`, 'utf8'))
const size = (dir, file, ending) =>
  (existsSync(`${dir}/${file}${ending}`) ? statSync(`${dir}/${file}${ending}`) : statSync(`${dir}/${file}`)).size
const chunks = (key, seen = new Set()) => {
  if (seen.has(key)) return seen
  seen.add(key)
  for (const next of manifest[key].imports ?? []) chunks(next, seen)
  return seen
}
const total = (keys, ending) => [...keys].reduce((sum, k) => sum + size(app, manifest[k].file, ending), 0)
const styles = (keys, ending) =>
  [...new Set([...keys].flatMap(k => manifest[k].css ?? []))].reduce((sum, f) => sum + size(app, f, ending), 0)

const entry = chunks('index.html')
const words = Object.keys(manifest).find(k => k.endsWith('virtual:words/nb/base'))
const rows = [['entry, with what it shares (brotli)', total(entry, '.br'), 155_000]]
rows.push(['styles of the entry (brotli)', styles(entry, '.br'), 18_000])
for (const key of Object.keys(manifest).filter(k => /^src\/\w+\/index\.tsx$/.test(k))) {
  const face = key.split('/')[1]
  const own = new Set([...chunks(key)].filter(k => !entry.has(k)))
  rows.push([`${face}, beside the entry (brotli)`, total(own, '.br'), face === 'admin' ? 80_000 : 60_000])
  const all = new Set([...entry, ...own, words])
  rows.push([
    `${face}, first load with styles and words (gzip)`,
    total(all, '.gz') + styles(all, '.gz'),
    face === 'admin' ? 290_000 : 250_000,
  ])
}
const telephony = 'src/admin/phone/index.tsx'
const before = new Set([...entry, ...chunks('src/admin/index.tsx')])
rows.push([
  "admin's phone sections, beside admin (brotli)",
  total(new Set([...chunks(telephony)].filter(k => !before.has(k))), '.br'),
  20_000,
])
if (existsSync('dist/widget/widget.js')) {
  rows.push(['widget loader (gzip)', size('dist/widget', 'widget.js', '.gz'), 1_500])
  const frame = readFileSync('dist/widget/frame.html', 'utf8')
  const files = [...frame.matchAll(/\/widget\/(assets\/[\w.-]+)/g)].map(m => m[1])
  rows.push(['widget frame (gzip)', files.reduce((sum, f) => sum + size('dist/widget', f, '.gz'), 0), 30_000])
}
let over = 0
for (const [what, bytes, budget] of rows) {
  if (bytes > budget) over++
  console.log(
    `${bytes > budget ? 'OVER' : 'ok  '} ${what.padEnd(52)} ${(bytes / 1000).toFixed(1).padStart(7)} of ${(budget / 1000).toFixed(1)} kB`,
  )
}
process.exitCode = over ? 1 : 0
