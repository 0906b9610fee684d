/** Bytes as WebAuthn writes them in JSON: base64url without padding. */
export function toBase64url(bytes: ArrayBuffer): string {
  let text = ''
  for (const b of new Uint8Array(bytes)) text += String.fromCharCode(b)
  return btoa(text).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '')
}

/** The bytes of base64url text. */
export function fromBase64url(text: string): ArrayBuffer {
  const binary = atob(text.replace(/-/g, '+').replace(/_/g, '/'))
  return Uint8Array.from(binary, c => c.charCodeAt(0)).buffer
}

type JSONDescriptor = { id: string; type: 'public-key'; transports?: AuthenticatorTransport[] }
type JSONOptions = Omit<PublicKeyCredentialCreationOptions, 'challenge' | 'user' | 'excludeCredentials'> & {
  challenge: string
  user: { id: string; name: string; displayName: string }
  excludeCredentials?: JSONDescriptor[] | null
}

/** What the browser asks an authenticator for, from the server's JSON. */
export function creationOptions(options: unknown): PublicKeyCredentialCreationOptions {
  const o = (options as { publicKey: JSONOptions }).publicKey
  return {
    ...o,
    challenge: fromBase64url(o.challenge),
    user: { ...o.user, id: fromBase64url(o.user.id) },
    excludeCredentials: (o.excludeCredentials ?? []).map(c => ({ ...c, id: fromBase64url(c.id) })),
  }
}

/** The authenticator's answer as the JSON that the server reads. */
export function credentialJSON(c: PublicKeyCredential) {
  const r = c.response as AuthenticatorAttestationResponse
  return {
    id: c.id,
    rawId: toBase64url(c.rawId),
    type: c.type,
    authenticatorAttachment: c.authenticatorAttachment ?? undefined,
    clientExtensionResults: c.getClientExtensionResults(),
    response: {
      clientDataJSON: toBase64url(r.clientDataJSON),
      attestationObject: toBase64url(r.attestationObject),
      transports: r.getTransports?.() ?? [],
    },
  }
}

/** Whether this browser knows passkeys here: it needs TLS, or localhost. */
export const passkeysHere = () => typeof PublicKeyCredential === 'function'
