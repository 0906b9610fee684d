import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { api, whenSignedOut } from '../lib/api.ts'
import { useLink } from './live.ts'

/** Whether the session has ended. Coming back to the page after signing in elsewhere makes it false again, and everything is fetched anew. */
export function useSessionOver(): [boolean, () => void] {
  const client = useQueryClient()
  const { link } = useLink()
  const [over, setOver] = useState(false)
  useEffect(() => whenSignedOut(() => setOver(true)), [])
  useEffect(() => {
    if (link === 'signed_out') setOver(true)
  }, [link])
  useEffect(() => {
    if (!over) return
    const look = async () => {
      try {
        await api('GET /api/me')
        setOver(false)
        dispatchEvent(new Event('online'))
        await client.invalidateQueries()
      } catch {
        return
      }
    }
    addEventListener('focus', look)
    return () => removeEventListener('focus', look)
  }, [over, client])
  return [over, () => setOver(false)]
}
