import { act, fireEvent, screen, waitFor } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { createRef } from 'react'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { detail, mina, requests, show } from '../dom.testing.tsx'
import { NoteBox, ReplyBox } from './Composer.tsx'
import { forgetDrafts } from './drafts.ts'
import { closeOutbox, openOutbox } from './outbox.ts'

beforeEach(() => localStorage.clear())
afterEach(() => {
  closeOutbox()
  forgetDrafts()
  vi.unstubAllGlobals()
})
const message = { id: 9, contact_id: 5, author: 'agent', name: 'Mina', text: '', files: [], at_ms: 0 }
const reply = (me = mina) => {
  const made = requests((url, method) => (method === 'POST' && url.endsWith('/messages') ? message : undefined))
  const { client } = show(<ReplyBox detail={detail()} field={createRef()} />, me)
  openOutbox(client, me.agent_id)
  return made
}
const posts = (made: { method: string; url: string }[]) => made.filter(m => m.method === 'POST').map(m => m.url)

test('a note can reach the note operation and no other, whatever is pressed', async () => {
  const made = requests()
  show(<NoteBox detail={detail()} field={createRef()} />)
  const user = userEvent.setup()
  await user.type(screen.getByRole('textbox', { name: 'Internt notat' }), 'Sint kunde{Enter}ring leder')
  await user.keyboard('{Control>}{Enter}{/Control}')
  await waitFor(() => expect(posts(made)).toEqual(['/api/contacts/5/notes']))
  expect(made.find(m => m.method === 'POST')?.body).toMatchObject({ text: 'Sint kunde\nring leder' })
  expect(made.some(m => m.url.endsWith('/messages'))).toBe(false)
  expect(screen.queryByText(/Send til/)).toBeNull()
  expect(screen.getByText('Bare internt')).toBeTruthy()
})

test('a reply says whom it goes to, and goes to the customer once', async () => {
  const made = reply()
  const user = userEvent.setup()
  await user.type(screen.getByRole('textbox', { name: 'Svar til Kari' }), 'Hei du')
  await user.dblClick(screen.getByRole('button', { name: 'Send til Kari' }))
  await waitFor(() => expect(posts(made)).toEqual(['/api/contacts/5/messages']))
  expect(made.find(m => m.method === 'POST')?.body).toMatchObject({ text: 'Hei du', after: 0 })
})

test('Enter sends and Shift+Enter does not; nothing is sent while a letter is being composed', async () => {
  const made = reply()
  const user = userEvent.setup()
  const box = screen.getByRole('textbox', { name: 'Svar til Kari' })
  await user.type(box, 'en{Shift>}{Enter}{/Shift}to')
  fireEvent.keyDown(box, { key: 'Enter', isComposing: true })
  expect(posts(made)).toEqual([])
  await user.keyboard('{Enter}')
  await waitFor(() => expect(posts(made)).toHaveLength(1))
  expect(made.find(m => m.method === 'POST')?.body).toMatchObject({ text: 'en\nto' })
})

test('nothing is not sent, and spaces are nothing', async () => {
  const made = reply()
  const user = userEvent.setup()
  await user.type(screen.getByRole('textbox', { name: 'Svar til Kari' }), '   {Enter}')
  expect(posts(made)).toEqual([])
})

test('a slash puts a canned text where it stood, with the name in it, and Enter then chooses instead of sending', async () => {
  const made = reply()
  const user = userEvent.setup()
  const box = screen.getByRole<HTMLTextAreaElement>('textbox', { name: 'Svar til Kari' })
  await user.type(box, 'God dag. /he')
  expect(screen.getByRole('option', { name: /Hilsen/ })).toBeTruthy()
  await user.keyboard('{Enter}')
  await waitFor(() => expect(box.value).toBe('God dag. Hei Kari!'))
  expect(posts(made)).toEqual([])
})

test('with undo, a reply is held for so long and can be had back', async () => {
  const made = reply({ ...mina, preferences: { ...mina.preferences, undo_send_seconds: 5 } })
  const user = userEvent.setup()
  await user.type(screen.getByRole('textbox', { name: 'Svar til Kari' }), 'Angres{Enter}')
  await act(() => new Promise(ok => setTimeout(ok, 20)))
  expect(posts(made)).toEqual([])
})

test('what the server kept of a draft is there again, each kind in its own box', () => {
  requests()
  const drafts = [
    { kind: 'reply' as const, text: 'til kunden', at_ms: 0 },
    { kind: 'note' as const, text: 'til kolleger', at_ms: 0 },
  ]
  show(
    <>
      <ReplyBox detail={detail({ drafts })} field={createRef()} />
      <NoteBox detail={detail({ drafts })} field={createRef()} />
    </>,
  )
  expect(screen.getByRole<HTMLTextAreaElement>('textbox', { name: 'Svar til Kari' }).value).toBe('til kunden')
  expect(screen.getByRole<HTMLTextAreaElement>('textbox', { name: 'Internt notat' }).value).toBe('til kolleger')
})
