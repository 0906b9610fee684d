import { FaceHead } from '../app/Shell.tsx'
import { useT } from '../lib/i18n.ts'

export default function Desk() {
  const { t } = useT()
  return <FaceHead title={t('face.desk')} />
}
