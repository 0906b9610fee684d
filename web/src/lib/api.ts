import type { ErrorModel, Routes } from '../gen/api.gen.ts'

export type Route = keyof Routes
export type Kind = 'invalid' | 'forbidden' | 'unknown' | 'missing' | 'conflict' | 'exhausted' | 'unavailable' | 'internal' | 'offline'

const timeoutMS = 15_000
const uploadTimeoutMS = 120_000

/** What went wrong with a request: the server's problem document, or no answer at all (offline). */
export class Problem extends Error {
  constructor(
    readonly kind: Kind,
    readonly status: number,
    readonly detail: string,
    readonly errors: { where: string; text: string }[] = [],
  ) {
    super(detail || kind)
    this.name = 'Problem'
  }
  /** Whether the same request may succeed later, unchanged. */
  get passing() {
    return this.kind === 'offline' || this.kind === 'unavailable' || this.kind === 'exhausted' || this.kind === 'internal'
  }
}

const kinds: Record<number, Kind> = {
  401: 'unknown',
  403: 'forbidden',
  404: 'missing',
  409: 'conflict',
  422: 'invalid',
  400: 'invalid',
  429: 'exhausted',
  503: 'unavailable',
}

type Empty = Record<never, never>
type Part<N extends string, T> = [T] extends [undefined] ? Empty : [Empty] extends [T] ? { [K in N]?: T } : { [K in N]: T }
type Options = { key?: string; keepalive?: boolean; signal?: AbortSignal }
type InputOf<T extends { path: unknown; query: unknown; body: unknown }> = Part<'path', T['path']> &
  Part<'query', T['query']> &
  Part<'body', T['body']> &
  Options
/** What each route takes, worked out once a route: asked for generically it would be a product of unions too large to write. */
type Flat<T> = { [K in keyof T]: T[K] }
type Inputs = { [R in Route]: Flat<InputOf<Routes[R]>> }
type Bare = { [R in Route]: [Empty] extends [Inputs[R]] ? R : never }[Route]
// Conditional, so that the compiler does not try every route at once while it infers which one is meant.
type In<R extends Route> = R extends Route ? Inputs[R] : never
export type Out<R extends Route> = R extends Route ? Routes[R]['out'] : never
type Loose = Options & { path?: Record<string, string | number>; query?: Record<string, unknown>; body?: unknown }

/** Called when the session has ended, so that the shell can say so without throwing away what is being written. */
let onSignedOut: () => void = () => undefined
export const whenSignedOut = (fn: () => void) => {
  onSignedOut = fn
}

/** Called when something asks for a fresh proof of who sits here; true once it has been given. */
let onProof: () => Promise<boolean> = () => Promise.resolve(false)
export const whenProofAsked = (fn: () => Promise<boolean>) => {
  onProof = fn
}

/** The key of a read-only wall link, kept for this tab; it replaces the session. */
let bearer = ''
export const setBearer = (key: string) => {
  bearer = key
}
export const authorization = (): Record<string, string> => (bearer ? { Authorization: `Bearer ${bearer}` } : {})

/** A new idempotency key: 36 characters, unique for ever. */
export const newKey = () => crypto.randomUUID()

/** The address of a route with its path and query filled in. */
export function address(route: string, path: Record<string, string | number> = {}, query: Record<string, unknown> = {}): string {
  const url = route.slice(route.indexOf(' ') + 1).replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(path[name] ?? '')))
  const params = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) if (value !== undefined && value !== '') params.set(name, String(value))
  const text = params.toString()
  return text ? `${url}?${text}` : url
}

/** Calls one operation of the API. Paths, query, body and answer are typed by the route's name; every failure is a Problem. */
export function api<R extends Bare>(route: R): Promise<Out<R>>
export function api<R extends Route>(route: R, input: In<R>): Promise<Out<R>>
export function api(route: string, input: Loose = {}): Promise<unknown> {
  return call(route, input)
}

async function call(route: string, input: Loose, proved = false): Promise<unknown> {
  const method = route.slice(0, route.indexOf(' '))
  const raw = input.body instanceof Blob
  const headers: Record<string, string> = { Accept: 'application/json', ...authorization() }
  if (input.body !== undefined) headers['Content-Type'] = raw ? 'application/octet-stream' : 'application/json'
  if (method !== 'GET') headers['Idempotency-Key'] = input.key ?? newKey()
  const limit = AbortSignal.timeout(raw ? uploadTimeoutMS : timeoutMS)
  let response: Response
  try {
    response = await fetch(address(route, input.path, input.query), {
      method,
      headers,
      body: input.body === undefined ? undefined : raw ? (input.body as Blob) : JSON.stringify(input.body),
      credentials: 'same-origin',
      keepalive: input.keepalive,
      signal: input.signal ? AbortSignal.any([input.signal, limit]) : limit,
    })
  } catch (cause) {
    if (input.signal?.aborted) throw cause
    throw new Problem('offline', 0, '')
  }
  if (response.ok) return response.status === 204 ? undefined : await response.json()
  const problem = await readProblem(response)
  if (problem.kind === 'unknown') onSignedOut()
  if (!proved && problem.kind === 'forbidden' && problem.errors.some(e => e.where === 'proof') && (await onProof()))
    return call(route, input, true)
  throw problem
}

async function readProblem(response: Response): Promise<Problem> {
  let body: ErrorModel = {}
  try {
    body = (await response.json()) as ErrorModel
  } catch {
    body = {}
  }
  const named = body.type?.split('#')[1] as Kind | undefined
  const kind = named ?? kinds[response.status] ?? (response.status >= 500 ? 'unavailable' : 'invalid')
  const errors = (body.errors ?? []).map(e => ({ where: e.location ?? '', text: e.message ?? '' }))
  return new Problem(kind, response.status, body.detail ?? '', errors)
}

/** Turns anything thrown into a Problem. */
export const asProblem = (e: unknown): Problem =>
  e instanceof Problem ? e : new Problem('internal', 0, e instanceof Error ? e.message : '')
