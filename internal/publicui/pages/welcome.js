// Takes an invitation. Its secret stands after the #, so that it reaches no log: only this script can read it.
const form = document.getElementById('welcome'), error = document.getElementById('error')
form.addEventListener('submit', async event => {
  event.preventDefault()
  error.hidden = true
  const answer = await fetch('/api/session/welcome', {
    method: 'POST', headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ token: location.hash.slice(1), password: document.getElementById('password').value }),
  }).catch(() => undefined)
  if (answer?.ok) return location.assign('/')
  error.textContent = answer?.status === 404 ? form.dataset.missing : answer?.status === 422 ? form.dataset.weak : form.dataset.failed
  error.hidden = false
})
