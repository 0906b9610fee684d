import { Bot, FileText, Mail, MessageCircle, MessageSquare, Phone, PhoneCall, Store } from 'lucide-react'
import type { ContactSummary } from '../gen/api.gen.ts'
import { useT } from '../lib/i18n.ts'

export type Channel = ContactSummary['channel']

const icons = {
  phone: Phone,
  chat: MessageCircle,
  email: Mail,
  messenger: MessageSquare,
  form: FileText,
  visit: Store,
  callback: PhoneCall,
  bot: Bot,
} as const

/** Channels whose customer has gone away after writing; work in them can be put aside. */
export const deferred = (c: Channel) => c === 'email' || c === 'messenger' || c === 'form'

/** Channels in which one speaks: there is nothing to write to the customer, only notes to colleagues. */
export const spoken = (c: Channel) => c === 'phone' || c === 'callback'

/** The icon of a channel, named. */
export function ChannelIcon({ channel, size = 16 }: { channel: Channel; size?: number }) {
  const { t } = useT()
  const Icon = icons[channel] ?? MessageSquare
  return <Icon className="chn" size={size} strokeWidth={1.8} role="img" aria-label={t(`channel.${channel}`)} />
}
