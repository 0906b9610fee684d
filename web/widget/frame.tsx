import { effect, useSignal } from '@preact/signals'
import { type ComponentType, render } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import type { ChatBrand } from '../src/gen/api.gen.ts'
import { saveTranscript } from './after.tsx'
import { calling } from './call.ts'
import { on, readable, safeColour } from './colour.ts'
import './frame.css'
import { Home } from './home.tsx'
import { alone, listen, shown, tellHost } from './host.ts'
import { Icon } from './icons.tsx'
import { wantedLanguage, wantedScheme } from './kept.ts'
import { Talk } from './talk.tsx'
import { beginVisit, brand, brandFault, endTalk, fetchBrand, going, identify, online, talk, unseen } from './visit.ts'
import { language, languageOf, speak, t } from './words.ts'

const root = document.documentElement

function App() {
  const b = brand.value
  return (
    <>
      <Head />
      {!online.value && (
        <p class="offline" role="status">
          {t('offline')}
        </p>
      )}
      <main>
        {b ? (
          calling.value ? (
            <Calling brand={b} />
          ) : going.value ? (
            <Talk brand={b} />
          ) : (
            <Home brand={b} />
          )
        ) : (
          <div class="scroll" role={brandFault.value ? 'alert' : 'status'}>
            <p class="greeting">{t(brandFault.value || 'loading')}</p>
            {brandFault.value === 'broken' && (
              <button type="button" class="main" onClick={() => void fetchBrand()}>
                {t('retry')}
              </button>
            )}
          </div>
        )}
      </main>
    </>
  )
}

function Head() {
  const b = brand.value
  const c = talk.value
  return (
    <header>
      <div>
        <h1>{b?.name ?? t('us')}</h1>
        <p>{c?.reference && going.value ? t('reference', { x: c.reference }) : b ? t(b.open ? 'open_now' : 'closed') : ''}</p>
      </div>
      {c && c.state !== 'ended' && <More />}
      {!alone && (
        <button type="button" aria-label={t('close')} onClick={() => tellHost({ close: true })}>
          <Icon of="close" />
        </button>
      )}
    </header>
  )
}

/** The page of a call is fetched when somebody wants to call. */
function Calling({ brand }: { brand: ChatBrand }) {
  const page = useSignal<{ Page?: ComponentType<{ brand: ChatBrand }> }>({})
  useEffect(() => {
    void import('./callpage.tsx').then(
      m => (page.value = { Page: m.default }),
      () => (calling.value = undefined),
    )
  }, [page])
  const { Page } = page.value
  return Page ? <Page brand={brand} /> : null
}

/** What one seldom needs: the transcript and the way out. */
function More() {
  const menu = useRef<HTMLDetailsElement>(null)
  const sure = useSignal(false)
  const c = talk.value
  const shut = () => {
    if (menu.current) menu.current.open = false
    sure.value = false
  }
  return (
    <details
      ref={menu}
      class="menu"
      onKeyDown={e => {
        if (e.key !== 'Escape' || !menu.current?.open) return
        e.stopPropagation()
        shut()
        menu.current.querySelector('summary')?.focus()
      }}
      onFocusOut={e => {
        if (e.relatedTarget && !e.currentTarget.contains(e.relatedTarget as Node)) shut()
      }}
    >
      <summary aria-label={t('more')}>
        <Icon of="more" />
      </summary>
      <div>
        {sure.value ? (
          <>
            <p>{t('end_sure')}</p>
            <button type="button" onClick={() => void endTalk().then(shut, shut)}>
              {t('end')}
            </button>
            <button type="button" onClick={shut}>
              {t('go_on')}
            </button>
          </>
        ) : (
          <>
            <button
              type="button"
              onClick={() => {
                if (c) void saveTranscript(c)
                shut()
              }}
            >
              {t('transcript')}
            </button>
            <button type="button" onClick={() => (sure.value = true)}>
              {t('end')}
            </button>
          </>
        )}
      </div>
    </details>
  )
}

/** The brand's colour, made readable on light and dark. */
function paint() {
  const colour = safeColour(brand.value?.colour ?? '')
  const light = readable(colour, ['#ffffff', '#eef2f7'])
  const dark = readable(colour, ['#151b24', '#1f2732'])
  const look = { brand: colour, 'on-brand': on(colour), light, 'on-light': on(light), dark, 'on-dark': on(dark) }
  for (const [name, value] of Object.entries(look)) root.style.setProperty(`--${name}`, value)
  if (!brand.value) return
  document.title = brand.value.name
  const keep = going.value && talk.value?.state !== 'ended'
  tellHost({ look: { bg: colour, on: on(colour), open: t('launcher_open'), close: t('launcher_close'), keep } })
}

async function begin() {
  await speak(languageOf(wantedLanguage))
  root.lang = language
  document.title = t('us')
  if (wantedScheme) root.style.colorScheme = wantedScheme
  effect(paint)
  effect(() => tellHost({ unread: unseen.value ? t('launcher_unread', { x: unseen.value }) : '' }))
  addEventListener('keydown', e => {
    if (e.key === 'Escape' && shown.value && !e.defaultPrevented) tellHost({ close: true })
  })
  listen(jwt => void identify(jwt))
  beginVisit()
  render(<App />, document.getElementById('w')!)
}
void begin()
