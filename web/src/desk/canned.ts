import type { Names } from '../app/session.ts'
import { pick } from '../lib/i18n.ts'

export type Canned = Names['canned'][number]
export type Hit = { id: number; title: string; key: string; text: string }

/** What a canned text may name about the conversation. */
export type Blanks = { customer: string; agent: string; brand: string; queue: string }

/** Fills the blanks of a canned text; one that we cannot fill is left out with the space before it, so no customer is greeted as {{customer}}. */
export const fill = (text: string, blanks: Blanks) =>
  text.replace(/ ?\{\{(\w+)\}\}/g, (whole, name: string) => {
    const value = blanks[name as keyof Blanks]
    return value ? (whole.startsWith(' ') ? ` ${value}` : value) : ''
  })

/** The word after a slash that the caret stands in, and where the slash is; undefined where no canned text is being asked for. */
export function slashWord(text: string, caret: number): { from: number; word: string } | undefined {
  const before = text.slice(0, caret)
  const m = /(?:^|\s)\/([^\s/]*)$/.exec(before)
  return m ? { from: caret - (m[1]?.length ?? 0) - 1, word: (m[1] ?? '').toLowerCase() } : undefined
}

/** The canned texts that fit a word: those whose shortcut begins with it, then by title, then by what they say; at most eight. */
export function findCanned(all: Canned[], word: string, brand: number, language: string): Hit[] {
  const rank = (c: Hit) => {
    if (!word) return 1
    if (c.key.toLowerCase().startsWith(word)) return 0
    if (c.title.toLowerCase().includes(word)) return 1
    return c.text.toLowerCase().includes(word) ? 2 : -1
  }
  return all
    .filter(c => !c.brand_id || c.brand_id === brand)
    .map(c => ({ id: c.id, key: c.key, title: pick(c.title, language), text: pick(c.text, language) }))
    .map(c => ({ c, r: rank(c) }))
    .filter(x => x.r >= 0)
    .sort((a, b) => a.r - b.r || a.c.title.localeCompare(b.c.title))
    .slice(0, 8)
    .map(x => x.c)
}
