import { Button } from '@mantine/core'
import { notifications } from '@mantine/notifications'

type Action = { label: string; run: () => void }

/** Says something in passing. `id` replaces an earlier toast of the same id; without an end (0) it stays until it is closed. */
export function toast(message: string, o: { id?: string; level?: 'ok' | 'bad'; ms?: number; action?: Action } = {}) {
  const id = o.id ?? crypto.randomUUID()
  notifications.hide(id)
  notifications.show({
    id,
    withCloseButton: !o.action,
    autoClose: o.ms === 0 ? false : (o.ms ?? (o.level === 'bad' ? 8000 : 4000)),
    className: 'toast',
    attributes: { root: { 'data-s': o.level ?? 'ok' } },
    message: (
      <span className="toast-in">
        <span>{message}</span>
        {o.action && (
          <Button
            variant="default"
            size="compact-xs"
            onClick={() => {
              notifications.hide(id)
              o.action?.run()
            }}
          >
            {o.action.label}
          </Button>
        )}
      </span>
    ),
  })
  return id
}
export const hideToast = (id: string) => notifications.hide(id)
