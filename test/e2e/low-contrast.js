// Runs in the page: visible texts whose contrast against their background is below 4.5 to 1.
;(() => {
  const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true })
  const rgba = (colour) => {
    canvas.clearRect(0, 0, 1, 1)
    canvas.fillStyle = colour
    canvas.fillRect(0, 0, 1, 1)
    const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data
    return [r, g, b, a / 255]
  }
  const over = (top, below) => [0, 1, 2].map((i) => top[i] * top[3] + below[i] * (1 - top[3])).concat(1)
  const background = (element) => {
    if (element === null) return [255, 255, 255, 1]
    const own = rgba(getComputedStyle(element).backgroundColor)
    return own[3] === 1 ? own : over(own, background(element.parentElement))
  }
  const luminance = (colour) => {
    const [r, g, b] = colour.map((value) => {
      const share = value / 255
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
    })
    return 0.2126 * r + 0.7152 * g + 0.0722 * b
  }
  const found = []
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  for (let node = texts.nextNode(); node !== null; node = texts.nextNode()) {
    const element = node.parentElement
    const text = node.textContent.trim()
    if (text === '' || !element.checkVisibility({ opacityProperty: true })) continue
    // What is disabled need not stand out, and the board's own texts lie on a picture.
    if (element.closest('[data-board], :disabled, .spoken, svg') !== null) continue
    const below = background(element)
    const [fore, back] = [luminance(over(rgba(getComputedStyle(element).color), below)), luminance(below)]
    const ratio = (Math.max(fore, back) + 0.05) / (Math.min(fore, back) + 0.05)
    if (ratio < 4.5) found.push(`${text}: ${ratio.toFixed(2)}`)
  }
  return found
})()
