// New messages come by themselves: the page asks for itself every other second and takes over the list when it differs.
const list = document.getElementById('texts')
setInterval(async () => {
  if (document.hidden) return
  try {
    const answer = await fetch(location.href, { headers: { Accept: 'text/html' } })
    const fresh = new DOMParser().parseFromString(await answer.text(), 'text/html').getElementById('texts')
    if (fresh && fresh.innerHTML !== list.innerHTML) list.replaceChildren(...fresh.childNodes)
  } catch {
    // the demo is away for a moment: the next time will tell
  }
}, 2000)
