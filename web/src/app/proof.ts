import { useEffect, useState } from 'react'
import { whenProofAsked } from '../lib/api.ts'

/** Whoever is asked to prove again who they are, and the way to tell the request that waits for it. Several requests wait for one proof. */
export function useProof(): ((proved: boolean) => void) | undefined {
  const [waiting, setWaiting] = useState<((proved: boolean) => void)[]>([])
  useEffect(() => whenProofAsked(() => new Promise(tell => setWaiting(w => [...w, tell]))), [])
  if (!waiting.length) return undefined
  return proved => {
    for (const tell of waiting) tell(proved)
    setWaiting([])
  }
}
