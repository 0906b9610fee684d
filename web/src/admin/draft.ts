import { useCallback, useEffect, useRef, useState } from 'react'
import { type Faults, withoutChanged } from './faults.ts'

/** An entry being edited: its value so far, a way to change some of its fields, and what is wrong with each. */
export type Draft<T> = {
  value: T
  set: (change: Partial<T>) => void
  fault: (path: string) => string | undefined
  faults: Faults
  isNew: boolean
}

const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b)

/** Keeps a draft of `source`. A newer source replaces an untouched draft; a touched one stays, and the server tells when both have changed. */
export function useDraft<T extends object>(source: T, isNew: boolean) {
  const [value, setValue] = useState(source)
  const [faults, setFaults] = useState<Faults>(new Map())
  const from = useRef(source)
  const [dirty, setDirty] = useState(false)
  useEffect(() => {
    if (same(from.current, source)) return
    if (!dirty) setValue(source)
    from.current = source
  }, [source, dirty])
  const set = useCallback((change: Partial<T>) => {
    setValue(v => ({ ...v, ...change }))
    setFaults(f => withoutChanged(f, Object.keys(change)))
    setDirty(true)
  }, [])
  const reset = useCallback((to: T) => {
    from.current = to
    setValue(to)
    setFaults(new Map())
    setDirty(false)
  }, [])
  const draft: Draft<T> = { value, set, fault: path => faults.get(path), faults, isNew }
  return { draft, dirty: dirty && !same(value, from.current), reset, setFaults }
}

/** Replaces one element of a list. */
export const replaced = <T>(list: T[], i: number, change: Partial<T>): T[] => list.map((e, j) => (j === i ? { ...e, ...change } : e))

/** A list without one element. */
export const without = <T>(list: T[], i: number): T[] => list.filter((_, j) => j !== i)

/** Puts a value in a list of choices, or takes it out. */
export const toggled = <T>(list: T[], value: T): T[] => (list.includes(value) ? list.filter(v => v !== value) : [...list, value])

const foreign: Record<string, string> = { æ: 'ae', ø: 'o', å: 'a', ö: 'o', ä: 'a', ü: 'u', é: 'e', ß: 'ss' }

/** A key made from a name: Fiber og TV becomes fiber-og-tv; one that is taken gets a number. */
export function keyFrom(name: string, taken: string[]): string {
  const base = name
    .toLowerCase()
    .replace(/[æøåöäüéß]/g, c => foreign[c] ?? c)
    .normalize('NFKD')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 36)
    .replace(/-+$/, '')
  if (!base || !taken.includes(base)) return base
  for (let n = 2; ; n++) if (!taken.includes(`${base}-${n}`)) return `${base}-${n}`
}
