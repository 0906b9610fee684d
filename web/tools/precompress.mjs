import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'

/**
 * Puts .br and .gz beside every text asset over 1 kB, after everything is written: in generateBundle Vite has yet to patch chunks, and a
 * compressed file would differ from its original.
 * @returns {import('vite').Plugin}
 */
export const precompress = () => ({
  name: 'precompress',
  apply: 'build',
  writeBundle(options, bundle) {
    for (const name of Object.keys(bundle)) {
      if (!/\.(js|css|svg)$/.test(name)) continue
      const file = join(options.dir, name)
      const source = readFileSync(file)
      if (source.length < 1024) continue
      const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: source.length }
      writeFileSync(`${file}.br`, brotliCompressSync(source, { params }))
      writeFileSync(`${file}.gz`, gzipSync(source, { level: 9 }))
    }
  },
})
