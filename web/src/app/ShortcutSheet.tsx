import { Modal, Switch } from '@mantine/core'
import { useT } from '../lib/i18n.ts'
import { Kbd } from '../ui/Kbd.tsx'
import { usePreferences } from './session.ts'
import { type Group, useShortcutList } from './shortcuts.ts'

const groups: Group[] = ['keys.group_everywhere', 'keys.group_desk', 'keys.group_conversation', 'keys.group_wall']

/** The shortcuts that work where one is now, and the switch that turns single keys off. */
export default function ShortcutSheet({ close }: { close: () => void }) {
  const { t } = useT()
  const list = useShortcutList()
  const { preferences, change } = usePreferences()
  return (
    <Modal opened onClose={close} title={t('keys.title')} size="lg" closeButtonProps={{ 'aria-label': t('close') }}>
      <div className="sheet">
        {groups.map(g => {
          const own = list.filter((s, i) => s.group === g && s.keys && list.findIndex(x => x.keys === s.keys) === i)
          if (!own.length) return null
          return (
            <section key={g}>
              <h3>{t(g)}</h3>
              <dl>
                {own.map(s => (
                  <div key={s.keys}>
                    <dt>{t(s.label)}</dt>
                    <dd>
                      <Kbd keys={s.keys} />
                      <span className="vh">{s.keys}</span>
                    </dd>
                  </div>
                ))}
              </dl>
            </section>
          )
        })}
      </div>
      <Switch
        mt="md"
        checked={preferences.shortcuts}
        onChange={e => change({ shortcuts: e.currentTarget.checked })}
        label={t('keys.single')}
        description={t('keys.single_text')}
      />
    </Modal>
  )
}
