import '@mantine/core/styles/PasswordInput.css'
import { FaceHead } from '../app/Shell.tsx'
import { useT } from '../lib/i18n.ts'
import { Authenticator } from './Authenticator.tsx'
import css from './account.module.css'
import { Passkeys } from './Passkeys.tsx'
import { Password } from './Password.tsx'
import { Preferences } from './Preferences.tsx'
import { Sessions } from './Sessions.tsx'

/** A person's own account: how the screens look and sound, how one signs in, and where one is signed in. */
export default function Account() {
  const { t } = useT()
  return (
    <>
      <FaceHead title={t('face.account')} />
      <div className={css.account}>
        <Preferences />
        <Password />
        <Authenticator />
        <Passkeys />
        <Sessions />
      </div>
    </>
  )
}
