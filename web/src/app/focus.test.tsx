import { expect, test, vi } from 'vitest'
import { keepFocus } from './focus.ts'

const add = (html: string, to: Element = document.body) => {
  const box = document.createElement('div')
  box.innerHTML = html
  to.append(box)
  return box
}

test('a closed dialog gives the focus back to where the menu stood, even though the choice is gone', async () => {
  keepFocus()
  const page = add('<button>Menu</button>')
  const button = page.querySelector('button')
  const portal = document.createElement('div')
  portal.dataset.portal = 'true'
  document.body.append(portal)
  await new Promise(done => setTimeout(done))
  button?.focus()
  const menu = add('<div role="menu"><button>Choice</button></div>', portal)
  menu.querySelector('button')?.focus()
  const dialog = add('<div role="dialog"><button>Close</button></div>', portal)
  menu.remove()
  dialog.querySelector('button')?.focus()
  dialog.querySelector('button')?.blur()
  dialog.remove()
  await vi.waitFor(() => expect(document.activeElement).toBe(button))
})
