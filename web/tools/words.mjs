import { readFileSync } from 'node:fs'

/** The faces whose words are fetched with them and not at first: keys that begin with the face's name. */
const apart = ['admin', 'phone', 'telephony']
const prefix = 'virtual:words/'

/**
 * Serves the catalogues in parts: `virtual:words/nb/base` holds what every face needs, `virtual:words/nb/admin` the words of that face alone. The
 * catalogues themselves stay one flat file a language.
 * @returns {import('vite').Plugin}
 */
export const words = () => ({
  name: 'words',
  resolveId: id => (id.startsWith(prefix) ? `\0${id}` : undefined),
  load(id) {
    if (!id.startsWith(`\0${prefix}`)) return undefined
    const [locale, part] = id.slice(prefix.length + 1).split('/')
    const file = `messages/${locale}.json`
    this.addWatchFile(file)
    const all = Object.entries(JSON.parse(readFileSync(file, 'utf8')))
    const partOf = key => apart.find(a => key.startsWith(`${a}.`)) ?? 'base'
    return `export default ${JSON.stringify(Object.fromEntries(all.filter(([key]) => partOf(key) === part)))}`
  },
})
