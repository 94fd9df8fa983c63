/** The colours of the board by the names that environments use. */
import type { ThemeColour } from '../../../core/studio/protocol.ts'

const palette: Readonly<Record<ThemeColour, string>> = {
  ink: '#ffffffe0',
  muted: '#ffffff8c',
  faint: '#ffffff12',
  player: '#4c6fe6',
  accent: '#62d6c0',
  highlight: '#f9bd35',
  good: '#5fd08f',
  bad: '#ff7b82',
  night: '#16213a',
}

/** @param colour  as a checked drawing has it: a name of the theme or '#rrggbbaa' */
export function colourOf(colour: string): string {
  return Object.hasOwn(palette, colour) ? palette[colour as ThemeColour] : colour
}

/** The stage of every board, whatever the theme. */
export function drawNight(context: CanvasRenderingContext2D, width: number, height: number): void {
  const night = context.createLinearGradient(0, 0, 0, height)
  night.addColorStop(0, '#21304f')
  night.addColorStop(1, '#0f182b')
  context.fillStyle = night
  context.fillRect(0, 0, width, height)
}
