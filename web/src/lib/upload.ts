import type { ConversationFile } from '../gen/api.gen.ts'
import { Problem } from './api.ts'

/** The largest file that the server takes. */
export const maxFileBytes = 10_000_000

/** Sends one file, telling how much has gone. XMLHttpRequest is used because fetch does not tell. */
export function upload(file: File, progress: (share: number) => void): Promise<ConversationFile> {
  return new Promise((done, fail) => {
    const x = new XMLHttpRequest()
    x.open('POST', `/api/files?name=${encodeURIComponent(file.name || 'file')}`)
    x.setRequestHeader('Content-Type', 'application/octet-stream')
    x.responseType = 'json'
    x.timeout = 120_000
    x.upload.onprogress = e => e.lengthComputable && progress(e.loaded / e.total)
    x.onload = () => {
      if (x.status >= 200 && x.status < 300) done(x.response as ConversationFile)
      else
        fail(
          new Problem(
            x.status === 413 || x.status === 422 ? 'invalid' : x.status === 429 ? 'exhausted' : 'unavailable',
            x.status,
            (x.response as { detail?: string } | null)?.detail ?? '',
          ),
        )
    }
    x.onerror = () => fail(new Problem('offline', 0, ''))
    x.ontimeout = x.onerror
    x.send(file)
  })
}
