// Signs in with a passkey: the one thing on these pages that a browser can do only by script.
const button = document.getElementById('passkey'), error = document.getElementById('passkey-error')
if (window.PublicKeyCredential?.parseRequestOptionsFromJSON && isSecureContext) button.hidden = false
button.addEventListener('click', async () => {
  error.hidden = true
  try {
    const begin = await fetch('/api/session/passkey/begin', { method: 'POST' })
    if (!begin.ok) throw new Error(String(begin.status))
    const { id, options } = await begin.json()
    const credential = await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options.publicKey) })
    const end = await fetch('/api/session/passkey', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ id, name: '', credential: credential.toJSON() }) })
    if (!end.ok) throw new Error(String(end.status))
    location.assign(button.dataset.next || '/')
  } catch {
    error.textContent = button.dataset.failed
    error.hidden = false
  }
})
