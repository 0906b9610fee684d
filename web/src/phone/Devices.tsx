import { Button, Modal, Select, Switch } from '@mantine/core'
import { BellRing, Mic, Volume2 } from 'lucide-react'
import { useEffect, useState } from 'react'
import { useT } from '../lib/i18n.ts'
import { leaveMicrophone, takeMicrophone } from './browser.ts'
import { canChooseOutput, type Devices as Known, listDevices, meter, type Refusal } from './devices.ts'
import { LineChoice, useLine } from './LineChoice.tsx'
import css from './phone.module.css'
import { onDesk, retry, setChoice, usePhone } from './phone.ts'
import { ring } from './ring.ts'
import { adviceFor } from './Trouble.tsx'

/** The microphone while the dialog is open: its level, what is wrong with it, and the devices there are. */
function useMicrophone(id: string) {
  const [level, setLevel] = useState(0)
  const [why, setWhy] = useState<Refusal>()
  const [known, setKnown] = useState<Known>({ microphones: [], outputs: [] })
  // biome-ignore lint/correctness/useExhaustiveDependencies: another microphone is another stream to measure
  useEffect(() => {
    let stop: (() => void) | undefined
    let gone = false
    const list = () => void listDevices().then(setKnown)
    takeMicrophone().then(
      stream => {
        if (gone) return leaveMicrophone()
        setWhy(undefined)
        list()
        const quiet = meter(stream, setLevel)
        stop = () => {
          quiet()
          leaveMicrophone()
        }
      },
      (e: Refusal) => setWhy(e),
    )
    navigator.mediaDevices?.addEventListener('devicechange', list)
    return () => {
      gone = true
      stop?.()
      navigator.mediaDevices?.removeEventListener('devicechange', list)
    }
  }, [id])
  return { level, why, known }
}

const testMS = 4000
type Test = 'idle' | 'speaking' | 'hearing'

/** A call to oneself: four seconds are recorded here and played through the chosen loudspeaker; nothing leaves the computer. */
function useSelfTest(speaker: string) {
  const [test, setTest] = useState<Test>('idle')
  const run = async () => {
    setTest('speaking')
    try {
      const recorder = new MediaRecorder(await takeMicrophone())
      const parts: Blob[] = []
      recorder.ondataavailable = e => parts.push(e.data)
      const done = new Promise(end => {
        recorder.onstop = end
      })
      recorder.start()
      await new Promise(end => setTimeout(end, testMS))
      recorder.stop()
      await done
      setTest('hearing')
      const audio = new Audio(URL.createObjectURL(new Blob(parts, { type: recorder.mimeType })))
      if (speaker && 'setSinkId' in audio) await audio.setSinkId(speaker).catch(() => undefined)
      audio.onended = () => {
        URL.revokeObjectURL(audio.src)
        setTest('idle')
      }
      await audio.play()
    } catch {
      setTest('idle')
    } finally {
      leaveMicrophone()
    }
  }
  return { test, run }
}

/** Which line the calls come on, and which devices speak, hear and ring, with a level to see and a call to oneself to hear. */
export default function Devices({ close }: { close: () => void }) {
  const { t } = useT()
  const phone = usePhone()
  const { choice, standing } = phone
  const line = useLine()
  const desk = line.shown?.chosen ?? onDesk(phone)
  return (
    <Modal opened onClose={close} title={t('phone.devices')} closeButtonProps={{ 'aria-label': t('close') }}>
      <div className={css.devices}>
        <LineChoice line={line} />
        {!desk && !line.asking && <Microphone />}
        <label className={css.loud}>
          {t('phone.loudness')}
          <input
            type="range"
            min={0}
            max={1}
            step={0.05}
            value={choice.loud}
            onChange={e => void setChoice({ loud: Number(e.currentTarget.value) })}
          />
        </label>
        <div className={css.tests}>
          <Button variant="default" size="xs" onClick={() => ring()} leftSection={<BellRing size={14} aria-hidden="true" />}>
            {t('phone.test_ring')}
          </Button>
          {!desk && <SelfTest />}
        </div>
        {!desk && (
          <Switch
            label={t('phone.auto_answer')}
            description={t('phone.auto_answer_text')}
            checked={choice.auto_answer}
            onChange={e => void setChoice({ auto_answer: e.currentTarget.checked })}
          />
        )}
        <div className="actions">
          {standing === 'blocked' && (
            <Button variant="default" onClick={retry}>
              {t('retry')}
            </Button>
          )}
          <Button onClick={close}>{t('close')}</Button>
        </div>
      </div>
    </Modal>
  )
}

/** The browser's own devices; the microphone is open as long as this is shown. */
function Microphone() {
  const { t } = useT()
  const { choice } = usePhone()
  const { level, why, known } = useMicrophone(choice.microphone)
  const data = (list: Known['outputs']) => [
    { value: '', label: t('phone.machines_own') },
    ...list.map((d, i) => ({ value: d.id, label: d.name || t('phone.device', { n: i + 1 }) })),
  ]
  return (
    <>
      {why && (
        <div className={css.trouble} role="alert">
          <span>{t(adviceFor(why))}</span>
        </div>
      )}
      <Select
        label={t('phone.microphone')}
        leftSection={<Mic size={15} />}
        allowDeselect={false}
        data={data(known.microphones)}
        value={choice.microphone}
        onChange={v => void setChoice({ microphone: v ?? '' })}
      />
      <div className={css.level}>
        <meter min={0} max={1} value={level} aria-label={t('phone.level')} />
        <p className="sub">{t('phone.level_text')}</p>
      </div>
      {canChooseOutput() && (
        <>
          <Select
            label={t('phone.speaker')}
            leftSection={<Volume2 size={15} />}
            allowDeselect={false}
            data={data(known.outputs)}
            value={choice.speaker}
            onChange={v => void setChoice({ speaker: v ?? '' })}
          />
          <Select
            label={t('phone.ringer')}
            leftSection={<BellRing size={15} />}
            allowDeselect={false}
            data={data(known.outputs)}
            value={choice.ringer}
            onChange={v => void setChoice({ ringer: v ?? '' })}
          />
        </>
      )}
    </>
  )
}

function SelfTest() {
  const { t } = useT()
  const { choice } = usePhone()
  const { test, run } = useSelfTest(choice.speaker)
  return (
    <>
      <Button
        variant="default"
        size="xs"
        disabled={test !== 'idle'}
        onClick={() => void run()}
        leftSection={<Mic size={14} aria-hidden="true" />}
      >
        {t('phone.test_self')}
      </Button>
      <span className="sub" role="status">
        {test !== 'idle' && t(`phone.test.${test}`)}
      </span>
    </>
  )
}
