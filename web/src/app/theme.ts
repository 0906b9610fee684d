import { type CSSVariablesResolver, createTheme, defaultVariantColorsResolver, type VariantColorsResolver } from '@mantine/core'

const variantColorResolver: VariantColorsResolver = input => {
  const own = !input.color || input.color === input.theme.primaryColor
  if (input.variant === 'filled' && own)
    return { background: 'var(--accent)', hover: 'var(--accent-hover)', color: 'var(--on-accent)', border: '1px solid transparent' }
  if (input.variant === 'filled' && input.color === 'bad')
    return { background: 'var(--bad)', hover: 'var(--bad)', color: 'var(--on-bad)', border: '1px solid transparent' }
  if (input.variant === 'filled' && input.color === 'note')
    return { background: 'var(--note-strong)', hover: 'var(--note-strong)', color: 'var(--note)', border: '1px solid transparent' }
  if (input.variant === 'subtle')
    return {
      background: 'transparent',
      hover: 'var(--surface-2)',
      color: own ? 'var(--accent)' : 'var(--text-2)',
      border: '1px solid transparent',
    }
  if (input.variant === 'light')
    return { background: 'var(--accent-soft)', hover: 'var(--accent-soft)', color: 'var(--accent)', border: '1px solid transparent' }
  return defaultVariantColorsResolver(input)
}

/** Mantine's theme, mapped to the tokens of tokens.css: its own colours fail WCAG's contrast in both schemes. */
export const theme = createTheme({
  variantColorResolver,
  fontFamily: 'var(--font)',
  defaultRadius: 'sm',
  cursorType: 'pointer',
  primaryColor: 'brand',
  primaryShade: { light: 7, dark: 3 },
  fontSizes: { xs: 'var(--fs-sm)', sm: 'var(--fs-md)', md: 'var(--fs-base)', lg: 'var(--fs-lg)', xl: 'var(--fs-xl)' },
  colors: {
    brand: ['#e8f2fc', '#cfe3f8', '#a5cdf5', '#74b7fa', '#4296e0', '#2179c8', '#1069b9', '#0b5aa8', '#084a8c', '#063a6f'],
    dark: ['#e9eff7', '#c5cfdc', '#aab7c8', '#75849b', '#3b4757', '#2b3543', '#1f2732', '#151b24', '#10161e', '#0d1219'],
  },
  components: {
    Modal: {
      defaultProps: {
        centered: true,
        transitionProps: { duration: 140 },
        overlayProps: { backgroundOpacity: 0.5, blur: 0 },
        attributes: { header: { role: 'presentation' } },
      },
    },
    Drawer: {
      defaultProps: {
        position: 'right',
        transitionProps: { duration: 160 },
        overlayProps: { backgroundOpacity: 0.5, blur: 0 },
        attributes: { header: { role: 'presentation' } },
      },
    },
    // A menu stays inside its landmark, and its first choice has the focus: there is no empty stop before it.
    Menu: {
      defaultProps: {
        position: 'bottom-end',
        transitionProps: { duration: 120 },
        shadow: 'md',
        withinPortal: false,
        floatingStrategy: 'fixed',
        withInitialFocusPlaceholder: false,
      },
    },
    Popover: { defaultProps: { transitionProps: { duration: 120 }, shadow: 'md' } },
    Tooltip: { defaultProps: { openDelay: 400, withArrow: false, color: 'dark' } },
    Button: { defaultProps: { size: 'xs' } },
    TextInput: { defaultProps: { size: 'xs' } },
    Textarea: { defaultProps: { size: 'xs' } },
    // The list of choices itself scrolls (see app.css): a box around it would be a stop for the keyboard that leads nowhere.
    Select: { defaultProps: { size: 'xs', withScrollArea: false } },
    // Help stands below its field, so that fields of a row stand level whether they have help or not.
    InputWrapper: { defaultProps: { inputWrapperOrder: ['label', 'input', 'description', 'error'] } },
    SegmentedControl: { defaultProps: { size: 'xs' } },
  },
})

const variables = {
  '--mantine-color-body': 'var(--surface)',
  '--mantine-color-text': 'var(--text)',
  '--mantine-color-dimmed': 'var(--text-2)',
  '--mantine-color-default': 'var(--surface)',
  '--mantine-color-default-hover': 'var(--surface-2)',
  '--mantine-color-default-color': 'var(--text)',
  '--mantine-color-default-border': 'var(--border-strong)',
  '--mantine-color-placeholder': 'var(--text-3)',
  '--mantine-color-anchor': 'var(--accent)',
  '--mantine-color-error': 'var(--bad)',
  '--mantine-color-disabled': 'var(--surface-2)',
  '--mantine-color-disabled-color': 'var(--text-3)',
  '--mantine-color-disabled-border': 'var(--border)',
  '--mantine-primary-color-filled': 'var(--accent)',
  '--mantine-primary-color-contrast': 'var(--on-accent)',
  '--mantine-shadow-md': 'var(--float)',
}
export const cssVariables: CSSVariablesResolver = () => ({ variables: {}, light: variables, dark: variables })
