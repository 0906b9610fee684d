/** One event of a server-sent event stream, as text. `id` is a place to resume from; `seq`, a field of our own, says what else an event is of. */
export type Frame = { event: string; data: string; id: number; seq: number }

/**
 * Reads a server-sent event stream piece by piece, as the HTML standard describes it (section 9.2.6). EventSource is not used because it hides the
 * comments that prove a silent connection alive, the status of a refusal, and takes no headers.
 */
export function frameReader(onFrame: (f: Frame) => void, onRetry: (ms: number) => void = () => undefined) {
  let rest = ''
  let event = ''
  let data: string[] = []
  let id = 0
  let seq = 0
  const line = (text: string) => {
    if (text === '') {
      if (data.length) onFrame({ event: event || 'message', data: data.join('\n'), id, seq: id || seq })
      event = ''
      data = []
      id = 0
      seq = 0
      return
    }
    const colon = text.indexOf(':')
    if (colon === 0) return
    const field = colon < 0 ? text : text.slice(0, colon)
    const value = colon < 0 ? '' : text.slice(colon + (text[colon + 1] === ' ' ? 2 : 1))
    if (field === 'event') event = value
    else if (field === 'data') data.push(value)
    else if (field === 'id') id = Number(value) || 0
    else if (field === 'seq') seq = Number(value) || 0
    else if (field === 'retry' && /^\d+$/.test(value)) onRetry(Number(value))
  }
  return (chunk: string) => {
    rest += chunk
    const lines = rest.split(/\r\n|\n|\r(?!$)/)
    rest = lines.pop() ?? ''
    for (const l of lines) line(l)
  }
}
