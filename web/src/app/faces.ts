import { Gauge, Inbox, type LucideIcon, Settings, UserRound } from 'lucide-react'
import type { ComponentType } from 'react'
import type { Key } from '../lib/i18n.ts'
import { withWords } from './words.ts'

/** One face of the app: a folder under src and a chunk of its own. `action` is what one must be allowed to do to see it (any of several); `key` follows G. */
export type Face = {
  path: string
  label: Key
  icon: LucideIcon
  action?: string | string[]
  key: string
  end?: boolean
  load: () => Promise<{ default: ComponentType }>
}

/** Every face in the order of the rail. A new one is a folder with an index.tsx and a line here; faces never import one another. */
export const faces: Face[] = [
  { path: 'desk', label: 'face.desk', icon: Inbox, action: 'contacts.answer', key: 'i', load: () => import('../desk/index.tsx') },
  { path: 'wall', label: 'face.wall', icon: Gauge, action: 'wall.see', key: 'w', load: () => import('../wall/index.tsx') },
  {
    path: 'admin',
    label: 'face.admin',
    icon: Settings,
    action: ['config.read', 'audit.read_setup', 'keys.manage'],
    key: 'a',
    load: () => withWords('admin', import('../admin/index.tsx')),
  },
  { path: 'account', label: 'face.account', icon: UserRound, key: 'm', end: true, load: () => import('../account/index.tsx') },
]

/** The face a person comes to first. */
export const firstFace = (actions: string[]) => faces.find(f => f.action && sees(f, a => actions.includes(a)))?.path ?? 'account'

/** Whether somebody who may do such things sees a face. */
export const sees = (f: Face, can: (action: string) => boolean) => !f.action || [f.action].flat().some(can)
