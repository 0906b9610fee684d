// Fails when a language lacks a key, has one too many, has other variables than bokmål, or when nothing uses a key.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const read = l => JSON.parse(readFileSync(`messages/${l}.json`, 'utf8'))
const files = dir =>
  readdirSync(dir, { withFileTypes: true }).flatMap(f => (f.isDirectory() ? files(join(dir, f.name)) : [join(dir, f.name)]))
const nb = read('nb')
const faults = []
const variables = s =>
  [...s.matchAll(/\{\{(\w+)\}\}/g)]
    .map(m => m[1])
    .sort()
    .join()
for (const l of ['nn', 'sv', 'en']) {
  const other = read(l)
  for (const k of Object.keys(nb)) {
    if (!other[k]) faults.push(`${l} lacks ${k}`)
    else if (variables(other[k]) !== variables(nb[k])) faults.push(`${l} ${k}: other variables than nb`)
  }
  for (const k of Object.keys(other)) if (!(k in nb)) faults.push(`${l} has ${k}, which nb lacks`)
}
const source = files('src')
  .filter(f => /\.tsx?$/.test(f))
  .map(f => readFileSync(f, 'utf8'))
  .join('\n')
const literals = new Set([...source.matchAll(/['"`]([a-z][\w.]*)['"`]/g)].map(m => m[1]))
const prefixes = [...source.matchAll(/`([a-z][\w.]*)\$\{/g)].map(m => m[1])
for (const k of Object.keys(nb)) {
  const base = k.replace(/_(one|other)$/, '')
  if (!literals.has(base) && !literals.has(k) && !prefixes.some(p => base.startsWith(p))) faults.push(`nothing uses ${k}`)
}
for (const f of faults) console.error(f)
process.exitCode = faults.length ? 1 : 0
