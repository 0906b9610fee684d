import { ActionIcon } from '@mantine/core'
import { Play, Square } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import { toast } from '../../app/toasts.tsx'
import { useT } from '../../lib/i18n.ts'
import { useProblemText } from '../../ui/States.tsx'

let stopOther: () => void = () => undefined

/** Plays a sound, one at a time on the page; pressed again it stops. */
export function Listen({ label, fetch, disabled }: { label: string; fetch: () => Promise<Blob>; disabled?: boolean }) {
  const { t } = useT()
  const say = useProblemText()
  const [state, setState] = useState<'still' | 'loading' | 'playing'>('still')
  const stop = useRef<() => void>(() => undefined)
  useEffect(() => () => stop.current(), [])
  const play = async () => {
    stopOther()
    setState('loading')
    let url = ''
    const audio = new Audio()
    const end = () => {
      audio.pause()
      if (url) URL.revokeObjectURL(url)
      url = ''
      setState('still')
    }
    stop.current = end
    stopOther = end
    try {
      url = URL.createObjectURL(await fetch())
      audio.src = url
      audio.onended = end
      await audio.play()
      setState('playing')
    } catch (e) {
      end()
      toast(say(e), { level: 'bad' })
    }
  }
  const on = state === 'playing'
  return (
    <ActionIcon
      variant="default"
      size={30}
      loading={state === 'loading'}
      disabled={disabled}
      aria-label={on ? t('telephony.stop') : `${t('telephony.listen')}: ${label}`}
      aria-pressed={on}
      onClick={() => (on ? stop.current() : void play())}
    >
      {on ? <Square size={14} aria-hidden="true" /> : <Play size={14} aria-hidden="true" />}
    </ActionIcon>
  )
}
