import { useCallback, useEffect, useState } from 'react'

/**
 * The wall on a screen of its own: everything grows, rail and tools go, the screen is kept awake, and the picture moves a pixel now and then so that it
 * does not burn in.
 */
export function useWallMode(): [boolean, () => void] {
  const [on, setOn] = useState(false)
  const toggle = useCallback(() => {
    if (document.fullscreenElement) void document.exitFullscreen()
    else if (document.documentElement.requestFullscreen) document.documentElement.requestFullscreen().catch(() => setOn(x => !x))
    else setOn(x => !x)
  }, [])
  useEffect(() => {
    const changed = () => setOn(document.fullscreenElement !== null)
    document.addEventListener('fullscreenchange', changed)
    return () => document.removeEventListener('fullscreenchange', changed)
  }, [])
  useEffect(() => {
    if (!on) return
    const root = document.documentElement
    root.dataset.wall = ''
    const awake = navigator.wakeLock?.request('screen').catch(() => undefined)
    const shift = setInterval(() => {
      const n = Math.floor(Date.now() / 60_000) % 4
      root.style.setProperty('--shift', `${[0, 1, 2, 1][n]}px`)
    }, 60_000)
    return () => {
      delete root.dataset.wall
      root.style.removeProperty('--shift')
      clearInterval(shift)
      void awake?.then(lock => lock?.release())
    }
  }, [on])
  return [on, toggle]
}
