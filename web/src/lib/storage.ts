/** Reads a value this browser remembers; undefined where there is none, or storage is closed to us. */
export function recall<T>(key: string): T | undefined {
  try {
    const text = localStorage.getItem(`sentral.${key}`)
    return text === null ? undefined : (JSON.parse(text) as T)
  } catch {
    return undefined
  }
}

/** Remembers a value in this browser; undefined forgets it. Losing it must be harmless: storage may be full or closed. */
export function remember(key: string, value: unknown): void {
  try {
    if (value === undefined) localStorage.removeItem(`sentral.${key}`)
    else localStorage.setItem(`sentral.${key}`, JSON.stringify(value))
  } catch {
    return
  }
}
