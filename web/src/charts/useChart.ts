import { type KeyboardEvent, type PointerEvent, useEffect, useRef, useState } from 'react'

/** The width of a chart's box in pixels, and the position that pointer or arrow keys point at. */
export function useChart(count: number, start: number, margin: { left: number; right: number }) {
  const box = useRef<HTMLDivElement>(null)
  const [width, setWidth] = useState(0)
  const [rem, setRem] = useState(16)
  const [at, setAt] = useState<number | null>(null)
  useEffect(() => {
    const el = box.current
    if (!el) return
    const observer = new ResizeObserver(entries => {
      setWidth(Math.round(entries[0]?.contentRect.width ?? 0))
      setRem(Number.parseFloat(getComputedStyle(document.documentElement).fontSize))
    })
    observer.observe(el)
    return () => observer.disconnect()
  }, [])
  const clampTo = (i: number) => Math.min(count - 1, Math.max(0, i))
  const onKeyDown = (e: KeyboardEvent) => {
    const by = { ArrowLeft: -1, ArrowRight: 1, PageUp: -4, PageDown: 4 }[e.key]
    if (by && count) {
      e.preventDefault()
      setAt(i => clampTo((i ?? start) + by))
    } else if (e.key === 'Home' || e.key === 'End') {
      e.preventDefault()
      setAt(e.key === 'Home' ? 0 : count - 1)
    } else if (e.key === 'Escape') setAt(null)
  }
  const onPointerMove = (e: PointerEvent<HTMLElement>) => {
    const r = e.currentTarget.getBoundingClientRect()
    const span = width - margin.left - margin.right
    const i = Math.round(((e.clientX - r.left - margin.left) / span) * (count - 1))
    setAt(i >= 0 && i < count ? i : null)
  }
  return { box, width, rem, at, keys: { onKeyDown, onPointerMove, onPointerLeave: () => setAt(null) } }
}
