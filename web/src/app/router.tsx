import { createRootRoute, createRoute, createRouter, lazyRouteComponent, redirect, useNavigate, useSearch } from '@tanstack/react-router'
import { asProblem } from '../lib/api.ts'
import { ErrorState, Loading } from '../ui/States.tsx'
import { faces, firstFace } from './faces.ts'
import { NotFound, Shell } from './Shell.tsx'

const root = createRootRoute({ component: Shell, notFoundComponent: NotFound })

/** Every face is a lazy chunk; their state of view (filters, what is open) lives in the search parameters. */
export const makeRouter = (actions: string[]) =>
  createRouter({
    routeTree: root.addChildren([
      createRoute({
        getParentRoute: () => root,
        path: '/',
        beforeLoad: () => {
          throw redirect({ to: `/${firstFace(actions)}` })
        },
      }),
      ...faces.map(f => createRoute({ getParentRoute: () => root, path: f.path, component: lazyRouteComponent(f.load, 'default') })),
    ]),
    // Plain text both ways: addresses are read and shared by people.
    parseSearch: text => Object.fromEntries(new URLSearchParams(text)),
    stringifySearch: search => {
      const text = new URLSearchParams(clean(search) as Record<string, string>).toString()
      return text ? `?${text}` : ''
    },
    defaultPreload: 'intent',
    defaultPendingComponent: () => <Loading rows={[3, 8, 16]} />,
    defaultErrorComponent: ({ error, reset }) => <ErrorState what={asProblem(error).message} error={error} retry={reset} />,
  })

/** The search parameters as plain text, and a way to change some of them; undefined removes one. */
export function useUrl(): [Record<string, string | undefined>, (change: Record<string, string | undefined>, replace?: boolean) => void] {
  const search = useSearch({ strict: false }) as Record<string, unknown>
  const navigate = useNavigate()
  const text: Record<string, string | undefined> = {}
  for (const [k, v] of Object.entries(search))
    if (typeof v === 'string' || typeof v === 'number' || typeof v === 'boolean') text[k] = String(v)
  return [
    text,
    (change, replace = false) =>
      void navigate({ to: '.', replace, search: (old: Record<string, unknown>) => clean({ ...old, ...change }) } as Parameters<
        typeof navigate
      >[0]),
  ]
}

const clean = (o: Record<string, unknown>) => Object.fromEntries(Object.entries(o).filter(([, v]) => v !== undefined && v !== ''))
