// The one script on a brand's own page: a launcher in a closed shadow root and, once somebody wants it, the chat in a frame of the centre's.
// It uses the object model alone (no markup, no inline styles), so the page's content security policy needs only the centre's address. It is kept
// under a kilobyte: the launcher's look and words come from the frame, and are remembered so that the next page need not load the frame to show it.
;(() => {
  const page = window as unknown as { Sentral?: object }
  if (page.Sentral) return
  const doc = document
  const script = doc.currentScript as HTMLScriptElement
  const { key, lang = doc.documentElement.lang, scheme = '' } = script.dataset
  const base = new URL(script.src).origin
  const place = `sentral.${key}`
  type Look = { bg: string; on: string; open: string; close: string; keep: boolean }
  let look: Look | undefined
  try {
    look = JSON.parse(localStorage[place])
  } catch {}
  let frame: HTMLIFrameElement | undefined
  let open = false
  let identity: string | null | undefined
  let unread = ''

  const host = doc.createElement('div')
  const root = host.attachShadow({ mode: 'closed' })
  const button = doc.createElement('button')
  const badge = doc.createElement('b')
  const svg = (name: string, into: Element, attribute: string, value: string) => {
    const e = into.appendChild(doc.createElementNS('http://www.w3.org/2000/svg', name))
    e.setAttribute(attribute, value)
    return e
  }
  const icon = svg('path', svg('svg', button, 'viewBox', '0 0 24 24'), 'd', '')
  const sheet = new CSSStyleSheet()
  sheet.replaceSync(
    'button,iframe{position:fixed;right:20px;bottom:20px;z-index:2147483000;width:56px;height:56px;padding:14px;border:0;border-radius:28px;box-shadow:0 4px 24px #0004}:focus-visible{outline:3px solid;outline-offset:-7px}path{fill:none;stroke:currentColor;stroke-width:2}b{position:absolute;right:-4px;top:-4px;padding:0 8px;border-radius:28px;background:#a5200a;color:#fff;font:13px/22px system-ui}iframe{bottom:88px;width:400px;height:min(680px,100vh - 108px);padding:0;border-radius:14px}[hidden]{display:none}@media(max-width:480px){iframe{inset:0;width:100%;height:100%;border-radius:0}}',
  )
  root.adoptedStyleSheets = [sheet]
  root.append(button)
  button.append(badge)
  doc.documentElement.append(host)

  const show = () => {
    button.hidden = !look
    badge.hidden = open || !unread
    badge.textContent = unread.split(' ')[0]!
    icon.setAttribute('d', open ? 'm6 9 6 6 6-6' : 'M4 20l1-4a8 8 0 1 1 4 3z')
    button.ariaExpanded = `${open}`
    if (look) {
      button.style.background = look.bg
      button.style.color = look.on
      button.ariaLabel = open ? look.close : `${look.open} ${unread}`
    }
    if (!frame) return
    frame.hidden = !open
    frame.contentWindow?.postMessage({ sentral: 1, open, identity, page: location.origin + location.pathname }, base)
  }
  const load = () => {
    if (frame) return
    frame = doc.createElement('iframe')
    frame.title = 'Chat'
    frame.allow = 'microphone'
    frame.style.colorScheme = scheme || 'light dark'
    frame.src = `${base}/widget/frame?key=${key}&lang=${lang}&scheme=${scheme}&site=${location.origin}`
    root.append(frame)
  }
  const set = (to: boolean) => {
    load()
    open = to
    show()
    ;(open ? frame! : button).focus()
  }
  button.onclick = () => set(!open)
  addEventListener('message', ({ origin, source, data }) => {
    if (origin !== base || source !== frame?.contentWindow) return
    if (data.close) return set(false)
    unread = data.unread ?? unread
    if (data.look) look = data.look
    try {
      localStorage[place] = JSON.stringify(look)
    } catch {}
    show()
  })
  page.Sentral = {
    open: () => set(true),
    identify(jwt: string | null) {
      identity = jwt
      if (jwt) load()
      show()
    },
  }
  if (!look || look.keep) load()
  show()
})()
