/** Mantine's theme, bound to the tokens of tokens.css so that both speak with the same colours. */
import { type CSSVariablesResolver, createTheme, defaultVariantColorsResolver } from '@mantine/core'

export const theme = createTheme({
  primaryColor: 'spruce',
  primaryShade: { light: 7, dark: 4 },
  autoContrast: true,
  // Mantine chooses the text on a filled button by the light theme's shade; ours differs from theme to theme.
  variantColorResolver: (input) => {
    const colours = defaultVariantColorsResolver(input)
    if (input.variant !== 'filled') return colours
    if (input.color === 'red') {
      const hover = 'color-mix(in srgb, var(--bad) 88%, var(--ink))'
      return { ...colours, background: 'var(--bad)', hover, color: 'var(--surface)' }
    }
    return (input.color ?? 'spruce') === 'spruce' ? { ...colours, color: 'var(--on-accent)' } : colours
  },
  fontFamily: 'var(--font)',
  fontSizes: { xs: '12px', sm: '14px', md: '14px', lg: '18px', xl: '30px' },
  defaultRadius: 8,
  cursorType: 'pointer',
  respectReducedMotion: true,
  colors: {
    spruce: [
      '#e6f5f2',
      '#cdebe5',
      '#9fd9ce',
      '#6fd0bf',
      '#45c9b0',
      '#1fa891',
      '#118a77',
      '#0b7466',
      '#085e53',
      '#05463e',
    ],
    dark: [
      '#e9efed',
      '#b7c2be',
      '#93a09c',
      '#6d7976',
      '#29302e',
      '#1f2624',
      '#171c1b',
      '#0f1312',
      '#0c100f',
      '#080b0a',
    ],
  },
  components: {
    Tooltip: { defaultProps: { openDelay: 400, withArrow: false, offset: 6 } },
    Modal: {
      defaultProps: {
        centered: true,
        overlayProps: { backgroundOpacity: 0.35, blur: 2 },
        closeButtonProps: { 'aria-label': 'Close' },
        // Its header element is not the page's banner.
        attributes: { header: { role: 'presentation' } },
      },
    },
    // Within a landmark, so that whoever goes from one to the next finds what is open.
    Portal: { defaultProps: { target: '#overlays' } },
    // The placeholder would be a child of the menu that is no entry of it.
    Menu: { defaultProps: { withInitialFocusPlaceholder: false } },
    Loader: { defaultProps: { role: 'status' } },
    // Its arrows are too small to be hit; the arrow keys do the same.
    NumberInput: { defaultProps: { hideControls: true } },
    Notification: { defaultProps: { closeButtonProps: { 'aria-label': 'Close' } } },
    Button: { defaultProps: { size: 'sm' } },
    ActionIcon: { defaultProps: { variant: 'subtle', color: 'gray', size: 'md' } },
  },
})

const shared = {
  '--mantine-color-body': 'var(--surface)',
  '--mantine-color-text': 'var(--ink)',
  '--mantine-color-dimmed': 'var(--ink-3)',
  '--mantine-color-placeholder': 'var(--ink-3)',
  '--mantine-color-default': 'var(--surface)',
  '--mantine-color-default-hover': 'var(--hover)',
  '--mantine-color-default-color': 'var(--ink)',
  '--mantine-color-default-border': 'var(--line-strong)',
  '--mantine-color-error': 'var(--bad)',
  '--mantine-color-gray-text': 'var(--ink-2)',
  '--mantine-color-gray-light-color': 'var(--ink-2)',
  '--mantine-color-spruce-light': 'var(--accent-soft)',
  '--mantine-color-spruce-light-color': 'var(--accent)',
  '--mantine-shadow-md': 'var(--shadow)',
  '--mantine-shadow-xl': 'var(--shadow)',
}

export const resolveVariables: CSSVariablesResolver = () => ({ variables: {}, light: shared, dark: shared })
