import { ActionIcon, Tooltip } from '@mantine/core'
import { Link, Outlet, useNavigate, useRouterState } from '@tanstack/react-router'
import { ArrowUpDown, Compass, Search } from 'lucide-react'
import { lazy, type ReactNode, Suspense, useEffect, useState } from 'react'
import { useT } from '../lib/i18n.ts'
import { later } from '../lib/later.ts'
import { Avatar } from '../ui/Avatar.tsx'
import { Logo } from '../ui/Logo.tsx'
import { Empty } from '../ui/States.tsx'
import { faces, sees } from './faces.ts'
import { useSessionOver } from './over.ts'
import { useProof } from './proof.ts'
import { Ringing } from './Ringing.tsx'
import { useCan, useMe } from './session.ts'
import { useShortcut } from './shortcuts.ts'
import { withWords } from './words.ts'
import { setTitle, useWorkday } from './workday.ts'

const Palette = later(() => import('./Palette.tsx'))
const Personal = lazy(() => import('./Personal.tsx'))
const Phone = lazy(() => withWords('phone', import('../phone/index.tsx')))
const ShortcutSheet = later(() => import('./ShortcutSheet.tsx'))
const Lead = later(() => import('./Lead.tsx'))
const Proof = later(() => import('./Proof.tsx'))
const SessionOver = later(() => import('./SessionOver.tsx'))

/** What stands around every face: the rail, the palette, the sheet of shortcuts, ringing offers and the session's end. */
export function Shell() {
  const { t } = useT()
  const can = useCan()
  const me = useMe()
  const unread = useWorkday(can('contacts.answer'))
  const [palette, setPalette] = useState<'never' | 'open' | 'closed'>('never')
  const [sheet, setSheet] = useState(false)
  const [lead, setLead] = useState(false)
  const leads = can('agents.set_status')
  const [over, forgetOver] = useSessionOver()
  const proved = useProof()
  const path = useRouterState({ select: s => s.location.pathname.split('/')[1] ?? '' })
  useShortcut({ keys: 'mod+k', label: 'palette.open', group: 'keys.group_everywhere', run: () => setPalette('open') })
  useShortcut({ keys: '/', label: 'palette.search', group: 'keys.group_everywhere', run: () => setPalette('open') })
  useShortcut({ keys: '?', label: 'keys.title', group: 'keys.group_everywhere', run: () => setSheet(true) })
  useShortcut({ keys: 'l', label: 'lead.title', group: 'keys.group_everywhere', run: () => setLead(true) }, leads)
  const seen = faces.filter(f => sees(f, can))
  return (
    <div className="shell">
      <a className="skip" href="#main">
        {t('skip')}
      </a>
      <nav className="rail" aria-label={t('nav')}>
        <Link to="/" className="logo" aria-label={me.organisation || 'Sentral'}>
          <Logo />
        </Link>
        {seen.map(f => (
          <GoTo key={f.path} face={f} count={f.path === 'desk' ? unread : 0} />
        ))}
        <span className="grow" />
        {leads && (
          <Tooltip label={t('lead.title')} position="right">
            <ActionIcon
              variant="subtle"
              color="gray"
              size={40}
              className="rail-b"
              aria-label={t('lead.title')}
              onClick={() => setLead(true)}
            >
              <ArrowUpDown size={20} />
            </ActionIcon>
          </Tooltip>
        )}
        <Tooltip label={t('palette.open')} position="right">
          <ActionIcon
            variant="subtle"
            color="gray"
            size={40}
            className="rail-b"
            aria-label={t('palette.open')}
            onClick={() => setPalette('open')}
          >
            <Search size={20} />
          </ActionIcon>
        </Tooltip>
        <Suspense
          fallback={
            <span className="rail-b me">
              <Avatar name={me.name} size={32} />
            </span>
          }
        >
          <Personal openSheet={() => setSheet(true)} />
        </Suspense>
      </nav>
      <main className="main" id="main" tabIndex={-1} data-face={path}>
        <Suspense>{(can('calls.take') || can('contacts.listen')) && <Phone />}</Suspense>
        <Outlet />
      </main>
      {can('contacts.answer') && <Ringing docked={path !== 'desk'} />}
      {palette !== 'never' && (
        <Suspense>
          <Palette opened={palette === 'open'} close={() => setPalette('closed')} />
        </Suspense>
      )}
      <Suspense>
        {lead && <Lead close={() => setLead(false)} />}
        {sheet && <ShortcutSheet close={() => setSheet(false)} />}
        {proved && <Proof done={proved} />}
        {over && <SessionOver close={forgetOver} />}
      </Suspense>
    </div>
  )
}

function GoTo({ face, count }: { face: (typeof faces)[number]; count: number }) {
  const { t } = useT()
  const navigate = useNavigate()
  const to = `/${face.path}`
  useShortcut({ keys: `g ${face.key}`, label: face.label, group: 'keys.group_everywhere', run: () => void navigate({ to }) })
  const Icon = face.icon
  const label = count ? `${t(face.label)}, ${t('unread', { n: count })}` : t(face.label)
  if (face.end) return null
  return (
    <Tooltip label={t(face.label)} position="right">
      <Link to={to} aria-label={label} activeProps={{ 'aria-current': 'page' }} className="rail-b">
        <Icon size={20} strokeWidth={1.8} aria-hidden="true" />
        {count > 0 && <b className="badge num">{count > 99 ? '99+' : count}</b>}
      </Link>
    </Tooltip>
  )
}

/** The head of a face: its name, what belongs beside it, and its tools. */
export function FaceHead({ title, children, tools }: { title: string; children?: ReactNode; tools?: ReactNode }) {
  const me = useMe()
  useEffect(() => {
    setTitle(`${title} · ${me.organisation || 'Sentral'}`)
  }, [title, me.organisation])
  return (
    <div className="top">
      <h1>{title}</h1>
      {children}
      <span className="grow" />
      {tools}
    </div>
  )
}

/** The address leads nowhere. */
export function NotFound() {
  const { t } = useT()
  return <Empty icon={Compass} title={t('not_found')} action={<Link to="/">{t('not_found.home')}</Link>} />
}
