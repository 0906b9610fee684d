import './mantine.ts'
import { NativeSelect } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import {
  Braces,
  Cable,
  Disc,
  Eye,
  FileJson,
  History,
  Hourglass,
  KeyRound,
  ListTree,
  type LucideIcon,
  Megaphone,
  MessageSquareText,
  Music,
  Phone,
  PhoneCall,
  PhoneOutgoing,
  ScrollText,
  SlidersHorizontal,
  Webhook,
} from 'lucide-react'
import { lazy, Suspense, useEffect, useRef } from 'react'
import { useUrl } from '../app/router.tsx'
import { FaceHead } from '../app/Shell.tsx'
import { useCan } from '../app/session.ts'
import { withWords } from '../app/words.ts'
import type { RulebookVersioned } from '../gen/api.gen.ts'
import { type Key, useT } from '../lib/i18n.ts'
import { Empty, ErrorState, Loading } from '../ui/States.tsx'
import css from './admin.module.css'
import { Audit } from './audit.tsx'
import { brands } from './brands.tsx'
import { capacities } from './capacities.tsx'
import { Changes } from './changes.tsx'
import { Editor } from './Editor.tsx'
import { ConfigFile } from './file.tsx'
import { hours } from './hours.tsx'
import { Keys } from './keys.tsx'
import { List } from './List.tsx'
import { people } from './people.tsx'
import { Preview } from './preview.tsx'
import { configQuery, type SectionName } from './queries.ts'
import { queues } from './queues.tsx'
import { Rules } from './rules.tsx'
import type { Section } from './section.ts'
import { canned, markets, partners, pauses, reasons, skills, teams } from './small.tsx'
import { StoppedHooks, Webhooks } from './webhooks.tsx'

const sections: { [S in SectionName]: Section<S> } = {
  people,
  teams,
  skills,
  capacities,
  partners,
  queues,
  hours,
  reasons,
  pauses,
  canned,
  brands,
  markets,
}

const Telephony = lazy(() => withWords('telephony', import('./phone/index.tsx')))

const calls = [
  'phone-lines',
  'phone-scripts',
  'phone-notices',
  'phone-wait',
  'phone-prompts',
  'phone-recording',
  'phone-outbound',
  'phone-texts',
  'phone-trunks',
  'phone-accounts',
] as const
const pages = ['rules', 'preview', 'changes', 'file', 'audit', 'keys', 'webhooks', ...calls] as const
type Page = (typeof pages)[number]
type Place = SectionName | Page

const pageIcons: Record<Page, LucideIcon> = {
  rules: SlidersHorizontal,
  preview: Eye,
  changes: History,
  file: FileJson,
  audit: ScrollText,
  keys: KeyRound,
  webhooks: Webhook,
  'phone-lines': PhoneCall,
  'phone-scripts': ListTree,
  'phone-notices': Megaphone,
  'phone-wait': Hourglass,
  'phone-prompts': Music,
  'phone-recording': Disc,
  'phone-outbound': PhoneOutgoing,
  'phone-texts': MessageSquareText,
  'phone-trunks': Cable,
  'phone-accounts': Phone,
}

/** What one must be allowed to do to see a place; the server decides each time. */
const asks: Partial<Record<Place, string>> = {
  file: 'config.read',
  rules: 'config.read',
  preview: 'config.read',
  changes: 'config.read',
  audit: 'audit.read_setup',
  keys: 'keys.manage',
  webhooks: 'keys.manage',
}

const groups: { label: Key; places: Place[] }[] = [
  { label: 'admin.g.people', places: ['people', 'teams', 'skills', 'capacities', 'partners'] },
  { label: 'admin.g.work', places: ['queues', 'hours', 'reasons', 'pauses', 'canned', 'rules', 'preview'] },
  { label: 'admin.g.phone', places: [...calls] },
  { label: 'admin.g.brands', places: ['brands', 'markets'] },
  { label: 'admin.g.log', places: ['changes', 'file', 'audit'] },
  { label: 'admin.g.systems', places: ['keys', 'webhooks'] },
]

const isSection = (p: Place): p is SectionName => p in sections

/** Administration: what the centre is made of, who may do what, and what has been changed. */
export default function Admin() {
  const { t } = useT()
  const can = useCan()
  const [url, go] = useUrl()
  const seen = groups.map(g => ({ ...g, places: g.places.filter(p => can(asks[p] ?? 'config.read')) })).filter(g => g.places.length)
  const all = seen.flatMap(g => g.places)
  const place = all.find(p => p === url.s) ?? all[0]
  const nav = useRef<HTMLElement>(null)
  // The list is longer than a screen: whoever comes by a link sees where they are.
  // biome-ignore lint/correctness/useExhaustiveDependencies: the mark moves with the place
  useEffect(() => nav.current?.querySelector('[aria-current]')?.scrollIntoView({ block: 'nearest' }), [place])
  // What was pressed is gone when an entry opens or closes: the focus goes to what came instead, not to the page's top.
  const body = useRef<HTMLDivElement>(null)
  const came = useRef(false)
  // biome-ignore lint/correctness/useExhaustiveDependencies: the focus moves with the entry
  useEffect(() => {
    if (came.current && document.activeElement === document.body) body.current?.focus()
    came.current = true
  }, [place, url.id])
  const open = (p: string) => go({ s: p, id: undefined, q: undefined, queue: undefined })
  return (
    <>
      <FaceHead title={t('face.admin')} />
      <div className={css.admin}>
        <nav ref={nav} className={css.nav} aria-label={t('admin.nav')}>
          <a className="skip" href="#place">
            {t('skip')}
          </a>
          <NativeSelect
            className={css.small}
            size="sm"
            aria-label={t('admin.nav')}
            value={place}
            onChange={e => open(e.currentTarget.value)}
            data={seen.map(g => ({ group: t(g.label), items: g.places.map(p => ({ value: p, label: t(`admin.s.${p}`) })) }))}
          />
          {seen.map(g => (
            <div key={g.label} className={css.group}>
              <h2>{t(g.label)}</h2>
              <ul>
                {g.places.map(p => {
                  const Icon = isSection(p) ? sections[p].icon : pageIcons[p]
                  return (
                    <li key={p}>
                      <button type="button" aria-current={p === place ? 'page' : undefined} onClick={() => open(p)}>
                        <Icon size={16} strokeWidth={1.8} aria-hidden="true" />
                        {t(`admin.s.${p}`)}
                      </button>
                    </li>
                  )
                })}
              </ul>
            </div>
          ))}
        </nav>
        <div ref={body} className={css.body} id="place" tabIndex={-1}>
          {place !== 'webhooks' && can('keys.manage') && <StoppedHooks />}
          {place ? <Opened key={place} place={place} /> : <Empty icon={Braces} title={t('problem.forbidden')} />}
        </div>
      </div>
    </>
  )
}

function Opened({ place }: { place: Place }) {
  const { t } = useT()
  const can = useCan()
  const config = useQuery({ ...configQuery, enabled: can('config.read') })
  if (place === 'audit') return <Titled place={place} body={<Audit />} />
  if (place === 'webhooks') return <Titled place={place} body={<Webhooks />} />
  if (place === 'keys') return <Titled place={place} body={<Keys document={config.data?.document} />} />
  if (config.error && !config.data) return <ErrorState what={t('admin.failed')} error={config.error} retry={() => void config.refetch()} />
  if (!config.data) return <Loading rows={[2, 3, 24]} />
  return <Configured place={place} config={config.data} />
}

function Configured({ place, config }: { place: Place; config: RulebookVersioned }) {
  const [url] = useUrl()
  const document = config.document
  if (isSection(place)) {
    const section = sections[place] as Section<SectionName>
    return url.id ? (
      <Editor key={`${place} ${url.id}`} section={section} config={config} id={url.id} />
    ) : (
      <Titled place={place} body={<List section={section} document={document} />} />
    )
  }
  if (calls.some(c => c === place))
    return (
      <Suspense fallback={<Loading rows={[2, 3, 24]} />}>
        <Telephony place={place} config={config} />
      </Suspense>
    )
  if (place === 'rules') return <Titled place={place} body={<Rules config={config} />} />
  if (place === 'preview') return <Titled place={place} body={<Preview document={document} />} />
  if (place === 'file') return <Titled place={place} body={<ConfigFile config={config} />} />
  return <Titled place={place} body={<Changes />} />
}

const Titled = ({ place, body }: { place: Place; body: React.ReactNode }) => {
  const { t } = useT()
  return (
    <>
      <h2 className={css.title}>{t(`admin.s.${place}`)}</h2>
      {body}
    </>
  )
}
