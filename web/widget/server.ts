import type { ChatBrand, ChatConversation, ChatToken, ConversationFile, ConversationMessage } from '../src/gen/api.gen.ts'

/** A refusal by the centre, or no answer at all (status 0). */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly detail = '',
    readonly where = '',
  ) {
    super(detail || String(status))
  }
  /** Whether the same request may succeed later. */
  get passing() {
    return this.status === 0 || this.status === 429 || this.status >= 500
  }
}

const timeoutMS = 15_000
let token = ''
export const setToken = (t: string | undefined) => {
  token = t ?? ''
}
export const bearer = (): Record<string, string> => (token ? { Authorization: `Bearer ${token}` } : {})

async function refusal(response: Response): Promise<Refusal> {
  try {
    const p = await response.json()
    return new Refusal(response.status, p.detail, p.errors?.[0]?.location)
  } catch {
    return new Refusal(response.status)
  }
}

async function ask(method: string, path: string, body?: unknown): Promise<Response> {
  const stop = new AbortController()
  const timer = setTimeout(() => stop.abort(), timeoutMS)
  let response: Response
  try {
    response = await fetch(`/api/chat/${path}`, {
      method,
      headers: { ...bearer(), ...(body === undefined ? {} : { 'Content-Type': 'application/json' }) },
      body: body === undefined ? undefined : JSON.stringify(body),
      signal: stop.signal,
      credentials: 'omit',
    })
  } catch {
    throw new Refusal(0)
  } finally {
    clearTimeout(timer)
  }
  if (!response.ok) throw await refusal(response)
  return response
}
const json = async <T>(method: string, path: string, body?: unknown): Promise<T> => (await ask(method, path, body)).json()

export const getBrand = (key: string, lang: string) => json<ChatBrand>('GET', `brand?${new URLSearchParams({ key, lang })}`)
export const introduce = (body: { key: string; previous?: string; identity?: string }) => json<ChatToken>('POST', 'visitor', body)
export const getConversation = () => json<ChatConversation>('GET', 'conversation')
export const start = (body: object) => json<ChatConversation>('POST', 'contacts', body)
export const write = (body: { key: string; text: string; files: string[] }) => json<ConversationMessage>('POST', 'messages', body)
export const typing = () => ask('POST', 'typing')
export const read = (message_id: number) => ask('PUT', 'read', { message_id })
export const end = () => ask('POST', 'end')
export const answer = (body: object) => ask('POST', 'survey', body)

/** Saves something of the visitor's to disk: a file of the conversation, or its transcript. */
export async function download(path: string, name: string) {
  const response = await ask('GET', path)
  const url = URL.createObjectURL(await response.blob())
  const a = document.createElement('a')
  a.href = url
  a.download = name
  a.click()
  setTimeout(() => URL.revokeObjectURL(url), 60_000)
}

/** Uploads a file and tells how far it has come, 0 to 1. XMLHttpRequest, because fetch says nothing of what it has sent. */
export function upload(file: File, progress: (share: number) => void): { done: Promise<ConversationFile>; cancel: () => void } {
  const x = new XMLHttpRequest()
  const done = new Promise<ConversationFile>((resolve, reject) => {
    x.open('POST', `/api/chat/files?${new URLSearchParams({ name: file.name || 'fil' })}`)
    for (const [name, value] of Object.entries(bearer())) x.setRequestHeader(name, value)
    x.setRequestHeader('Content-Type', 'application/octet-stream')
    x.upload.onprogress = e => progress(e.lengthComputable ? e.loaded / e.total : 0)
    x.onload = () => {
      let body: { detail?: string } = {}
      try {
        body = JSON.parse(x.responseText)
      } catch {
        body = {}
      }
      if (x.status < 300) resolve(body as ConversationFile)
      else reject(new Refusal(x.status, body.detail))
    }
    x.onerror = () => reject(new Refusal(0))
    x.onabort = () => reject(new Refusal(0))
    x.send(file)
  })
  return { done, cancel: () => x.abort() }
}
