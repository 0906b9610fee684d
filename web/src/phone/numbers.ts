/**
 * A telephone number in running text: with a country's sign, or the eight digits of Norway and Denmark, or a Swedish area code; with the spaces and
 * hyphens people write. Longer runs of digits are account and order numbers.
 */
const numberPattern =
  /(?<![\d.,/-])(?:(?:\+|00)[1-9]\d{0,2}(?:[ -]?\d){6,12}|0\d{1,3}[ -]\d{2,3}(?:[ -]?\d{2}){2}|[2-9]\d(?: \d\d){3}|[489]\d\d \d\d \d\d\d)(?![\d/-]|[.,]\d)/g

export type Piece = { text: string; number?: string }

/** Splits a text into words and telephone numbers; numbers come without spaces, ready to be called. */
export function findNumbers(text: string): Piece[] {
  const out: Piece[] = []
  let from = 0
  for (const m of text.matchAll(numberPattern)) {
    const number = bare(m[0])
    if (number.length < 8 || number.length > 16) continue
    if (m.index > from) out.push({ text: text.slice(from, m.index) })
    out.push({ text: m[0], number })
    from = m.index + m[0].length
  }
  if (from < text.length) out.push({ text: text.slice(from) })
  return out
}

/** A number as it is dialled: digits, and the plus in front. */
export const bare = (number: string): string =>
  number
    .trim()
    .replace(/^00/, '+')
    .replace(/(?!^\+)\D/g, '')

/** Whether somebody has typed a number and not a word. */
export const looksLikeNumber = (text: string): boolean => /^[+\d][\d\s()-]{4,}$/.test(text.trim()) && bare(text).length >= 5

/** A number as people read it: Norwegian, Swedish and Danish ones in groups, others as they are. */
export function readable(number: string): string {
  const n = bare(number)
  const no = /^\+47(\d{3})(\d{2})(\d{3})$/.exec(n)
  if (no && /^[489]/.test(no[1] ?? '')) return `+47 ${no[1]} ${no[2]} ${no[3]}`
  const pairs = /^\+(47|45)(\d{2})(\d{2})(\d{2})(\d{2})$/.exec(n)
  if (pairs) return `+${pairs.slice(1).join(' ')}`
  const se = /^\+46(\d{2})(\d{3})(\d{2})(\d{2})$/.exec(n)
  if (se) return `+46 ${se.slice(1).join(' ')}`
  return number
}
