import type { LinkState } from '../app/live.ts'
import { timeWithSeconds } from '../lib/dates.ts'
import { useT } from '../lib/i18n.ts'

/** Whether what is shown is live; when contact is lost, when it was last true. Only changes of state are read aloud. */
export function Live({ state }: { state: LinkState }) {
  const { t } = useT()
  const text = {
    live: t('live.live'),
    connecting: t('live.connecting'),
    lost: t('live.lost', { time: timeWithSeconds(state.at) }),
    signed_out: t('live.signed_out'),
  }[state.link]
  return (
    <span className="live" data-link={state.link} role="status">
      <i aria-hidden="true" />
      <span className={state.link === 'live' ? 'hide-s' : undefined}>{text}</span>
    </span>
  )
}
