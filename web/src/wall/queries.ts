import { queryOptions, useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useMemo, useState } from 'react'
import { gather, listen } from '../app/hub.ts'
import type { LinkState } from '../app/live.ts'
import type { BoardWall, Routes } from '../gen/api.gen.ts'
import { address, api } from '../lib/api.ts'
import { setServerClock } from '../lib/now.ts'

export type Filter = Routes['GET /api/wall']['query']
export type Formula = NonNullable<Filter['formula']>

/** Every formula that a service level may be read by, the queue's own first. */
export const formulas: Formula[] = [
  'queue',
  'answered_of_offered',
  'answered_of_answered',
  'answered_or_abandoned_of_offered',
  'connect',
  'genesys',
  'genesys_short_off',
  'genesys_abandons_off',
  'cisco_ignored',
  'cisco_negative',
  'cisco_positive',
]

const wallKey = (f: Filter) => ['wall', f] as const

/** The pages this person may see. */
export const pagesQuery = queryOptions({ queryKey: ['wall-pages'], queryFn: () => api('GET /api/wall/pages'), staleTime: 60_000 })

/** One page of the wall, followed live; what was last heard stays on the screen when contact is lost. */
export function useWall(filter: Filter) {
  const client = useQueryClient()
  const [link, setLink] = useState<LinkState>({ link: 'connecting', at: Date.now() })
  const url = useMemo(() => address('GET /api/wall/live', {}, filter), [filter])
  useEffect(() => {
    const draw = gather<BoardWall>(batch => {
      const newest = batch.at(-1)
      if (!newest) return
      setServerClock(newest.now_ms)
      client.setQueryData(wallKey(filter), newest)
    })
    return listen(
      url,
      m => {
        if (m.t === 'link') setLink({ link: m.link, at: m.at })
        else if (m.t === 'frame' && m.frame.event === 'wall') draw(JSON.parse(m.frame.data) as BoardWall)
      },
      { keep: 'wall' },
    )
  }, [client, url, filter])
  const query = useQuery({
    queryKey: wallKey(filter),
    queryFn: async () => {
      const wall = await api('GET /api/wall', { query: filter })
      setServerClock(wall.now_ms)
      return wall
    },
    staleTime: Number.POSITIVE_INFINITY,
    placeholderData: old => old,
  })
  return { ...query, link }
}
