import { api } from '../lib/api.ts'

/** While somebody writes, the others are told at most this often; and that it stopped, after so long a rest. */
const everyMS = 3000
const restMS = 5000

let told = 0
let toldOf = 0
let rest: ReturnType<typeof setTimeout> | undefined

const tell = (contact: number, here: boolean, typing: boolean) =>
  void api('PUT /api/contacts/{id}/presence', { path: { id: contact }, body: { here, typing } }).catch(() => undefined)

/** Tells that the agent has a contact open, or has left it. A word that is lost does no harm. */
export const tellHere = (contact: number, here: boolean) => tell(contact, here, false)

/** Tells that the agent is writing to the customer, or has stopped. */
export function tellTyping(contact: number, typing: boolean) {
  clearTimeout(rest)
  const now = Date.now()
  if (!typing) {
    if (told && toldOf === contact) tell(contact, true, false)
    told = 0
    return
  }
  rest = setTimeout(() => tellTyping(contact, false), restMS)
  if (toldOf === contact && now - told < everyMS) return
  told = now
  toldOf = contact
  tell(contact, true, true)
}
