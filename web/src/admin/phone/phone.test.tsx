import { expect, test } from 'vitest'
import nb from '../../../messages/nb.json'
import type { ConfigDocument, ConfigScript, IvrHop, IvrPath, IvrStep } from '../../gen/api.gen.ts'
import { translator } from '../../lib/i18n.ts'
import { alsoKnown, faultText } from '../faults.ts'
import { patterns } from './faults.ts'
import { grouped } from './lines.tsx'
import { bare, ruleFor } from './outbound.tsx'
import { keyOfFile } from './prompts.tsx'
import { asTree, moved, newStep, renamed, spokenIn, stepLine, straight } from './steps.ts'
import { troubleKey } from './texts.tsx'

const t = translator('nb', nb)
const step = (key: string, s: Partial<IvrStep> = {}): IvrStep => ({ key, do: 'say', choices: [], needs: [], ...s })
const document = {
  queues: [{ key: 'strom', name: 'Strøm', channels: ['phone'] }],
  hours: [{ key: 'dogn', name: 'Døgnåpent' }],
  phone: {
    lines: [{ key: 'l', script: 'hoved', language: 'nb' }],
    recording: {
      purposes: [
        { key: 'gammel', basis: 'none' },
        { key: 'kvalitet', basis: 'notice' },
      ],
    },
  },
} as unknown as ConfigDocument

test('a step that is called something else keeps those that lead to it', () => {
  const steps = [
    step('tid', { do: 'hours', closed: 'stengt' }),
    step('valg', { do: 'menu', choices: [{ press: '1', to: 'stengt' }] }),
    step('ko', { do: 'queue', after: 'stengt' }),
    step('stengt'),
  ]
  const out = renamed(steps, 'stengt', 'natt')
  expect([out[0]?.closed, out[1]?.choices[0]?.to, out[2]?.after]).toEqual(['natt', 'natt', 'natt'])
  expect(steps[0]?.closed).toBe('stengt')
})

test('a step moves within the list and never out of it', () => {
  expect(moved(['a', 'b', 'c'], 2, -1)).toEqual(['a', 'c', 'b'])
  expect(moved(['a', 'b'], 0, -1)).toEqual(['a', 'b'])
  expect(moved(['a', 'b'], 1, 1)).toEqual(['a', 'b'])
})

test('a new step has a key of its own and begins right', () => {
  expect(newStep('queue', ['ko', 'ko-2'], document).key).toBe('ko-3')
  expect(newStep('record', [], document)).toMatchObject({ purpose: 'kvalitet', basis: 'notice' })
  expect(newStep('hours', [], document).hours).toBe('dogn')
  expect(newStep('menu', [], document).choices.map(c => c.press)).toEqual(['1', '2'])
})

test('a script is spoken in the languages of its lines and those one may choose', () => {
  const script = {
    key: 'hoved',
    steps: [step('s', { do: 'language', choices: [{ press: '9', language: 'en' }] }), step('x', { text: { sv: 'Hej' } })],
  } as ConfigScript
  expect(spokenIn(script, document)).toEqual(['nb', 'sv', 'en'])
  expect(spokenIn({ key: 'ny', steps: [] as IvrStep[] } as ConfigScript, document)).toEqual(['nb'])
})

test('a step is told in a line', () => {
  expect(stepLine(step('a', { text: { nb: 'Velkommen.' } }), document, t, 'nb')).toBe('«Velkommen.»')
  expect(stepLine(step('a', { do: 'queue' }), document, t, 'nb')).toBe('Nummerets egen kø')
  expect(stepLine(step('a', { do: 'queue', queue: 'strom' }), document, t, 'nb')).toBe('Strøm')
})

const hop = (s: string, happens: string): IvrHop => ({ step: s, do: 'say', where: '', happens, spoken_ms: 1000 })
const path = (end: IvrPath['end'], ...hops: IvrHop[]): IvrPath => ({ hops, after: [], end, spoken_ms: 1000 * hops.length, words: '' })

test('paths that begin alike are told once', () => {
  const tree = asTree([
    path('queue', hop('hei', 'hører'), hop('valg', 'trykker 1'), hop('ko', 'venter')),
    path('queue', hop('hei', 'hører'), hop('valg', 'trykker 2'), hop('ko2', 'venter')),
    path('promise', hop('hei', 'hører'), hop('valg', 'trykker 3')),
  ])
  expect(tree).toHaveLength(1)
  expect(straight(tree[0]!)).toHaveLength(1)
  expect(tree[0]?.below.map(b => b.words)).toEqual(['trykker 1', 'trykker 2', 'trykker 3'])
  expect(straight(tree[0]!.below[0]!).map(b => b.end?.end)).toEqual([undefined, 'queue'])
})

test('numbers are grouped as people read them', () => {
  expect(['+4700000100', '+46846500400', '+4702800', '*'].map(grouped)).toEqual([
    '+47 00 00 01 00',
    '+46 8 46 50 04 00',
    '+47 0 28 00',
    '*',
  ])
})

test('the longest prefix decides', () => {
  const rules = [
    { prefix: '+47', allow: true, cost_ore_per_min: 49, texts: true, cost_ore_per_text: 39 },
    { prefix: '+4782', allow: false, cost_ore_per_min: 0, texts: false, cost_ore_per_text: 0 },
  ]
  expect(ruleFor(rules, bare('82 00 00 01'))?.allow).toBe(false)
  expect(ruleFor(rules, bare('0047 99999901'))?.allow).toBe(true)
  expect(ruleFor(rules, bare('+1 202 555 0100'))).toBeUndefined()
  expect(ruleFor(rules, bare('99'))?.allow).toBe(true)
  expect(ruleFor(rules, '+4')).toBeUndefined()
})

test('a file gets a key that the server takes', () => {
  expect(['Velkommen Øst nb.WAV', 'hilsen.sv.wav', '  .wav'].map(keyOfFile)).toEqual(['velkommen-ost-nb', 'hilsen.sv', ''])
})

test("the server's faults are told in our words, before the general ones", () => {
  alsoKnown(patterns)
  expect(faultText(t, 'leads back to "sprak": a caller could go round for ever')).toBe('Fører tilbake til sprak: kunden kan gå i ring.')
  expect(faultText(t, '5 are more than a caller remembers: at most 4')).toBe('5 valg er flere enn noen husker: høyst 4.')
  expect(faultText(t, '"stromm" is not one of queues: strom')).toBe(t('admin.fault.choose'))
})

test('why a message was not sent is told in words, also what is not known', () => {
  expect(troubleKey('http_401')).toEqual({ key: 'telephony.texts.why.http', code: '401' })
  expect(t(troubleKey('http_503').key, { code: '503' })).toBe('leverandøren svarte 503')
  expect(troubleKey('timeout').key).toBe('telephony.texts.why.timeout')
  expect(troubleKey('something new').key).toBe('telephony.texts.why.unknown')
})

test('what is wrong with the text messages is told in our words', () => {
  expect(faultText(t, 'must begin with https://: numbers, words and the secret would else be read on their way')).toContain('https-adresse')
  expect(faultText(t, 'must hold {{text}}, and {{to}} or {{to_digits}}')).toContain('{{to_digits}}')
  expect(faultText(t, '"Kundeservice AS" must be a number such as +4700000100, or up to 11 letters and digits')).toContain('11 bokstaver')
})
