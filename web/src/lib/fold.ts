/** A text as people search for it: small letters without marks, so that «maler» finds «måler» and «hoy» finds «høy». */
export const fold = (text: string): string =>
  text.toLowerCase().replaceAll('ø', 'o').replaceAll('æ', 'ae').normalize('NFD').replace(/\p{M}/gu, '')

/** Whether a text holds every word of a search, in any order. */
export function fits(text: string, query: string): boolean {
  const folded = fold(text)
  return fold(query)
    .split(/\s+/)
    .every(w => folded.includes(w))
}
