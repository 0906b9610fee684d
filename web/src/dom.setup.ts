import { cleanup } from '@testing-library/react'
import { afterEach } from 'vitest'

// happy-dom has no fonts; a field that grows with its text listens to them.
Object.defineProperty(document, 'fonts', { value: new EventTarget() })
// ... nor a layout to scroll in.
Element.prototype.scrollIntoView ??= () => undefined

afterEach(cleanup)
