import { ActionIcon, Button } from '@mantine/core'
import { CircleAlert, Info, X } from 'lucide-react'
import { useEffect, useState, useSyncExternalStore } from 'react'
import { useT } from '../lib/i18n.ts'

type Action = { label: string; run: () => void }
type Toast = { id: string; message: string; level: 'ok' | 'bad'; ms: number; action?: Action }

const most = 4
let list: Toast[] = []
const watchers = new Set<() => void>()
const set = (next: Toast[]) => {
  list = next
  for (const w of watchers) w()
}
const watch = (fn: () => void) => {
  watchers.add(fn)
  return () => void watchers.delete(fn)
}

/** Says something in passing. `id` replaces an earlier toast of the same id; with ms 0 it stays until it is closed. */
export function toast(message: string, o: { id?: string; level?: 'ok' | 'bad'; ms?: number; action?: Action } = {}) {
  const id = o.id ?? crypto.randomUUID()
  const level = o.level ?? 'ok'
  const one: Toast = { id, message, level, ms: o.ms ?? (level === 'bad' ? 8000 : 4000), action: o.action }
  set([...list.filter(t => t.id !== id), one].slice(-most))
  return id
}
export const hideToast = (id: string) => set(list.filter(t => t.id !== id))

/** The toasts of the page. The region is there before anything is said in it, or screen readers would miss the first. */
export function Toasts() {
  const { t } = useT()
  const all = useSyncExternalStore(watch, () => list)
  return (
    <section className="toasts" aria-label={t('toasts')}>
      <div role="status">{all.map(x => x.level === 'ok' && <One key={x.id} toast={x} />)}</div>
      <div role="alert">{all.map(x => x.level === 'bad' && <One key={x.id} toast={x} />)}</div>
    </section>
  )
}

function One({ toast }: { toast: Toast }) {
  const { t } = useT()
  const [held, hold] = useState(false)
  useEffect(() => {
    if (!toast.ms || held) return
    const timer = setTimeout(() => hideToast(toast.id), toast.ms)
    return () => clearTimeout(timer)
  }, [toast, held])
  const Icon = toast.level === 'bad' ? CircleAlert : Info
  const act = () => {
    hideToast(toast.id)
    toast.action?.run()
  }
  // What is being undone in a few seconds must not wait because somebody points at it: only a plain message is held.
  const keep = toast.action
    ? {}
    : { onPointerEnter: () => hold(true), onPointerLeave: () => hold(false), onFocus: () => hold(true), onBlur: () => hold(false) }
  return (
    <div className="toast" data-s={toast.level} {...keep}>
      <Icon size={16} aria-hidden="true" />
      <span>{toast.message}</span>
      {toast.action && (
        <Button variant="default" size="compact-xs" onClick={act}>
          {toast.action.label}
        </Button>
      )}
      <ActionIcon variant="subtle" color="gray" size={24} aria-label={t('close')} onClick={() => hideToast(toast.id)}>
        <X size={14} />
      </ActionIcon>
    </div>
  )
}
