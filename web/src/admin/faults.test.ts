import { expect, test } from 'vitest'
import nb from '../../messages/nb.json'
import { translator } from '../lib/i18n.ts'
import { faultsOf, faultText, whereIn, withoutChanged } from './faults.ts'

const t = translator('nb', nb)

test('a fault of the entry finds its field, whoever tells it', () => {
  const { faults, elsewhere } = faultsOf(
    [
      { where: 'queues[3].steps[1].after_s', text: 'a' },
      { where: 'body.queues[3].name', text: 'b' },
      { where: 'queues[30].name', text: 'c' },
      { where: 'teams[0].leader', text: 'd' },
      { where: 'queues[3].name', text: 'told already' },
    ],
    'queues[3]',
  )
  expect(Object.fromEntries(faults)).toEqual({ 'steps[1].after_s': 'a', name: 'b' })
  expect(elsewhere.map(f => f.where)).toEqual(['queues[30].name', 'teams[0].leader'])
})

test('a refusal of the entry alone stands below body', () => {
  expect(Object.fromEntries(faultsOf([{ where: 'body.email', text: 'x' }], 'people[2]').faults)).toEqual({ email: 'x' })
  expect(whereIn('body.name', '')).toBe('name')
  expect(whereIn('queues[3]', 'queues[3]')).toBe('')
})

test('a fault goes when its field has been changed, and no sooner', () => {
  const faults = new Map([
    ['steps[1].after_s', 'x'],
    ['stepsize', 'y'],
    ['name', 'z'],
  ])
  expect([...withoutChanged(faults, ['steps']).keys()]).toEqual(['stepsize', 'name'])
  expect(withoutChanged(faults, ['email'])).toBe(faults)
})

// The texts are those of internal/config and internal/calendar, and of the request schema.
test.each([
  ['must not be empty', 'Må fylles ut.'],
  ['expected length >= 1', 'Må fylles ut.'],
  ['0 must be from 1 to 100', 'Må være fra 1 til 100.'],
  ['expected number <= 100', 'Utenfor grensen på 100.'],
  ['"strom" is used twice in queues', 'Står to ganger.'],
  ['must name one of brands: fjordglimt', 'Velg noe som finnes.'],
  ['"x" is not one of brands: fjordglimt', 'Velg noe som finnes.'],
  ['"kari" is not an e-mail address', 'Ikke en e-postadresse.'],
  ['is the address of "randi-haugmoen" already', 'randi-haugmoen har denne adressen.'],
  ['is the widget key of "alvljus" already', 'alvljus har denne nøkkelen.'],
  [
    '"Æ" must be 1-40 lower-case letters, digits and hyphens, beginning with a letter or digit',
    'Bare små bokstaver a–z, tall og bindestrek.',
  ],
  ['"red" must be a colour such as #0b5aa8', 'Må være en farge som #0b5aa8.'],
  ['must have words in at least one of nb, nn, sv, en', 'Skriv det på minst ett språk.'],
  ['"" must be a date such as 2026-12-24', 'Velg en dato.'],
  ['"faktura" is its own ancestor', 'Kan ikke ligge under seg selv.'],
  ['30 must come after the step before it (60)', 'Må komme etter trinnet foran (60 s).'],
  [
    'asks for strom at level 5, which the step before did not: steps only relax and widen',
    'Krever mer enn trinnet foran. Trinn kan bare slakke på kravene.',
  ],
  [
    'leaves out people that the step before admits: steps only relax and widen',
    'Utelater folk som trinnet foran slapp til. Trinn kan bare utvide.',
  ],
  ['30 must be at least wrap_up_s (60)', 'Må være minst etterarbeidstiden (60 s).'],
  ['40 must be above open_below_percent (80), or lending would flap', 'Må være over 80 %, ellers åpner og stenger det hele tiden.'],
  ['opening period "8-16": want HH:MM-HH:MM', 'Skriv perioder som 08:00–16:00, uten overlapp.'],
  ['period 10:00-12:00 begins before 08:00-11:00 has ended', 'Skriv perioder som 08:00–16:00, uten overlapp.'],
  ['"Europe/Olso" is not a known time zone', 'Ikke en kjent tidssone.'],
  ['something nobody has foreseen', 'something nobody has foreseen'],
])('«%s» is told as «%s»', (text, told) => expect(faultText(t, text)).toBe(told))
