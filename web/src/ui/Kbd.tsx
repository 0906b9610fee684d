import { printedKeys } from '../app/shortcuts.ts'

/** Keys as they are printed on the keyboard. */
export function Kbd({ keys }: { keys: string }) {
  return (
    <span className="keys" aria-hidden="true">
      {printedKeys(keys).map(k => (
        <kbd key={k}>{k}</kbd>
      ))}
    </span>
  )
}
