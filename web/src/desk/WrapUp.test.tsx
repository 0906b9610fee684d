import { screen, waitFor } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { contact, detail, names, requests, show } from '../dom.testing.tsx'
import WrapUp, { reasonGroups } from './WrapUp.tsx'

beforeEach(() => localStorage.clear())
afterEach(() => vi.unstubAllGlobals())

test('only reasons in use that have none below them can be chosen, under their parents', () => {
  expect(reasonGroups(names.reasons, 'nb')).toEqual([{ group: 'Faktura', items: [{ value: '2', label: 'Høy faktura' }] }])
})

test('reason, outcome and note by keyboard alone', async () => {
  const made = requests()
  const done = vi.fn()
  show(<WrapUp detail={detail({ contact: contact({ state: 'wrapping' }) })} focused done={done} />)
  const user = userEvent.setup()
  expect(document.activeElement).toBe(screen.getByRole('combobox', { name: /Årsak/ }))
  await user.keyboard('h{Enter}')
  await user.tab()
  await user.keyboard('{ArrowDown}')
  await user.tab()
  await user.keyboard('Ring i morgen')
  await user.keyboard('{Control>}{Enter}{/Control}')
  await waitFor(() => expect(done).toHaveBeenCalledOnce())
  expect(made.filter(m => m.method === 'POST')).toEqual([
    { method: 'POST', url: '/api/contacts/5/wrap-up', body: { reason_id: 2, outcome: 'not_solved', note: 'Ring i morgen' } },
  ])
})

test('without a reason it is not done', async () => {
  const made = requests()
  show(<WrapUp detail={detail({ contact: contact({ state: 'wrapping' }) })} focused done={vi.fn()} />)
  await userEvent.setup().keyboard('{Control>}{Enter}{/Control}')
  expect(made.filter(m => m.method === 'POST')).toEqual([])
})
