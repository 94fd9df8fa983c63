// Under a POSIX locale Chromium calls its language "en-US@posix". Intl refuses that, and uPlot asks Intl as it is loaded.
try {
  Intl.getCanonicalLocales(navigator.language)
} catch {
  Object.defineProperty(navigator, 'language', { value: 'en-US' })
}

export {}
