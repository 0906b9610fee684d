import { type ComponentType, lazy } from 'react'

const settledMS = 1500

/**
 * A component that is not needed at first: its chunk is fetched once the page has come to rest, so that it is here when it is wanted, even if the
 * network is gone by then.
 */
export function later<P extends object>(load: () => Promise<{ default: ComponentType<P> }>) {
  const fetch = () => void load().catch(() => undefined)
  if (typeof requestIdleCallback === 'function') setTimeout(() => requestIdleCallback(fetch), settledMS)
  else setTimeout(fetch, settledMS * 2)
  return lazy(load)
}
