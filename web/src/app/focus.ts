const layers = '[role=dialog], [role=menu], [role=listbox]'

/**
 * Gives the focus back when a dialog closes and what it was opened from is gone, such as a choice in a menu: to the last element that had it outside any
 * dialog or menu. Without this the focus would fall to the page's top. Who has pressed beside everything has no focus to be given back.
 */
export function keepFocus() {
  let last: HTMLElement | undefined
  document.addEventListener('focusin', e => {
    if (e.target instanceof HTMLElement && !e.target.closest(layers)) last = e.target
  })
  document.addEventListener('focusout', e => {
    if (e.target === last && !e.relatedTarget && document.hasFocus()) last = undefined
  })
  const back = () => {
    if (document.activeElement === document.body && last?.isConnected && !document.querySelector('[role=dialog]'))
      last.focus({ preventScroll: true })
  }
  // Dialogs live in nodes of their own under the body, one of which they share; their own way of giving back gets a moment first.
  const watch = new MutationObserver(changes => {
    for (const c of changes)
      for (const node of c.addedNodes)
        if (c.target === document.body && node instanceof HTMLElement && (node.dataset.portal || 'mantineSharedPortalNode' in node.dataset))
          watch.observe(node, { childList: true })
    if (changes.some(c => c.removedNodes.length)) setTimeout(back, 40)
  })
  watch.observe(document.body, { childList: true })
}
