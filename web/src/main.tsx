import './styles/fonts.css'
import './styles/mantine.ts'
import './styles/tokens.css'
import './styles/app.css'
import { MantineProvider } from '@mantine/core'
import { QueryClient, QueryClientProvider, useQuery } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { useEffect, useMemo } from 'react'
import { createRoot } from 'react-dom/client'
import { keepFocus } from './app/focus.ts'
import { makeRouter } from './app/router.tsx'
import { isSignedOut, Me, meQuery, namesQuery, signInAddress } from './app/session.ts'
import { allowSingleKeys } from './app/shortcuts.ts'
import { cssVariables, theme } from './app/theme.ts'
import { Toasts, toast } from './app/toasts.tsx'
import { speak, spokenNow, useSpoken } from './app/words.ts'
import { asProblem, setBearer } from './lib/api.ts'
import { guessLocale, I18n, type Locale, translator } from './lib/i18n.ts'
import { recall, remember } from './lib/storage.ts'
import { ErrorState } from './ui/States.tsx'

const nonce = document.querySelector<HTMLMetaElement>('meta[property=csp-nonce]')?.nonce ?? ''
Object.assign(window, { __webpack_nonce__: nonce }) // react-remove-scroll asks for its nonce here

// A read-only link of the wall carries its key behind the #, which is never sent to a server; it lives as long as the tab.
const key = new URLSearchParams(location.hash.slice(1)).get('key') ?? sessionStorage.getItem('sentral.key')
if (key) {
  sessionStorage.setItem('sentral.key', key)
  setBearer(key)
  history.replaceState(null, '', location.pathname + location.search)
}

const client = new QueryClient({
  defaultOptions: {
    queries: { retry: (n, e) => n < 3 && asProblem(e).passing, refetchOnWindowFocus: false, staleTime: 10_000 },
    mutations: { retry: false, networkMode: 'always' },
  },
})

function App() {
  const me = useQuery(meQuery, client)
  const i18n = useSpoken()
  const wanted = me.data?.preferences.language
  useEffect(() => {
    if (!wanted || wanted === i18n.locale) return
    remember('locale', wanted)
    void speak(wanted)
  }, [wanted, i18n.locale])
  useEffect(() => {
    document.documentElement.lang = i18n.locale
  }, [i18n.locale])
  useEffect(() => {
    if (!me.data) return
    allowSingleKeys(me.data.preferences.shortcuts)
    document.documentElement.dataset.density = me.data.preferences.density
    if (me.data.preferences.scheme) remember('scheme', me.data.preferences.scheme)
  }, [me.data])
  const value = useMemo(() => ({ locale: i18n.locale, t: translator(i18n.locale, i18n.words), setLocale: () => undefined }), [i18n])
  const actions = me.data?.actions.join() ?? ''
  const router = useMemo(() => makeRouter(actions.split(',')), [actions])
  const scheme = me.data?.preferences.scheme ?? recall<'auto' | 'light' | 'dark'>('scheme') ?? 'auto'
  const forced = scheme === 'light' || scheme === 'dark' ? scheme : undefined
  return (
    <I18n value={value}>
      <MantineProvider
        theme={theme}
        defaultColorScheme="auto"
        forceColorScheme={forced}
        getStyleNonce={() => nonce}
        cssVariablesResolver={cssVariables}
      >
        <QueryClientProvider client={client}>
          {me.data && (
            <Me value={me.data}>
              <RouterProvider router={router} />
            </Me>
          )}
          {me.error && !isSignedOut(me.error) && (
            <ErrorState what={value.t('start.failed')} error={me.error} retry={() => void me.refetch()} />
          )}
          <Toasts />
        </QueryClientProvider>
      </MantineProvider>
    </I18n>
  )
}

// The wall alone is opened without a session, since its link may carry a key. Without one, the gate of every other page is asked: it sends strangers on to sign in.
const isStranger = async () =>
  !key &&
  location.pathname === '/wall' &&
  (await fetch('/', { headers: { Accept: 'text/html' }, redirect: 'manual' })).type === 'opaqueredirect'

async function start() {
  keepFocus()
  if (await isStranger().catch(() => false)) return location.replace(signInAddress())
  const locale = recall<Locale>('locale') ?? guessLocale(navigator.languages)
  const me = client.fetchQuery(meQuery)
  const [, signedIn] = await Promise.allSettled([speak(locale), me])
  if (signedIn.status === 'rejected' && isSignedOut(signedIn.reason)) return location.replace(signInAddress())
  if (signedIn.status === 'fulfilled') void client.prefetchQuery(namesQuery)
  // After a deployment an open tab may ask for a chunk that is gone: say so, and let the person choose when.
  addEventListener('vite:preloadError', e => {
    e.preventDefault()
    const t = translator(spokenNow().locale, spokenNow().words)
    toast(t('new_version'), { id: 'new-version', ms: 0, action: { label: t('new_version.reload'), run: () => location.reload() } })
  })
  const root = document.getElementById('root')
  if (root) createRoot(root).render(<App />)
}
void start()
