/** What stands on the grid, each within a circle of radius `r` around (x, y). */

export const goalColour = { plus: '#5fd08f', ex: '#ff7b82' } as const

/** A plus; an ex is the same turned by an eighth. */
export function drawGoal(
  context: CanvasRenderingContext2D,
  goal: 'plus' | 'ex',
  x: number,
  y: number,
  r: number,
): void {
  const arm = r * 0.3
  context.save()
  context.translate(x, y)
  if (goal === 'ex') context.rotate(Math.PI / 4)
  context.fillStyle = goalColour[goal]
  for (const [width, height] of [
    [2 * r, 2 * arm],
    [2 * arm, 2 * r],
  ] as const) {
    context.beginPath()
    context.roundRect(-width / 2, -height / 2, width, height, arm * 0.6)
    context.fill()
  }
  context.restore()
}

/** A soft ring around what is to be reached. */
export function drawHalo(
  context: CanvasRenderingContext2D,
  colour: string,
  x: number,
  y: number,
  r: number,
): void {
  context.strokeStyle = colour
  context.lineWidth = Math.max(1.5, r * 0.06)
  context.setLineDash([r * 0.22, r * 0.16])
  context.beginPath()
  context.arc(x, y, r, 0, 2 * Math.PI)
  context.stroke()
  context.setLineDash([])
}

/** The agent, which carries the sign of its goal. */
export function drawAgent(
  context: CanvasRenderingContext2D,
  goal: 'plus' | 'ex',
  x: number,
  y: number,
  r: number,
): void {
  const body = context.createRadialGradient(x - r * 0.3, y - r * 0.4, r * 0.05, x, y, r)
  body.addColorStop(0, '#c6d2ff')
  body.addColorStop(1, '#4c6fe6')
  context.fillStyle = 'rgb(0 0 0 / 25%)'
  context.beginPath()
  context.ellipse(x, y + r * 0.92, r * 0.75, r * 0.2, 0, 0, 2 * Math.PI)
  context.fill()
  context.fillStyle = body
  context.beginPath()
  context.arc(x, y, r, 0, 2 * Math.PI)
  context.fill()
  context.fillStyle = '#16213a'
  context.beginPath()
  context.arc(x, y, r * 0.56, 0, 2 * Math.PI)
  context.fill()
  drawGoal(context, goal, x, y, r * 0.36)
}
