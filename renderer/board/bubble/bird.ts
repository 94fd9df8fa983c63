/** The captive: a small round bird, seen from the side. */

type Context = OffscreenCanvasRenderingContext2D | CanvasRenderingContext2D

/**
 * Draws into a square of side 1.
 * @param flap  0 with the wing folded, 1 with the wing raised
 */
export function drawBird(context: Context, flap: number): void {
  tail(context)
  body(context)
  wing(context, flap)
  face(context)
}

function tail(context: Context): void {
  context.fillStyle = '#d9a441'
  context.beginPath()
  context.moveTo(0.3, 0.56)
  context.lineTo(0.13, 0.5)
  context.lineTo(0.17, 0.6)
  context.lineTo(0.14, 0.69)
  context.lineTo(0.33, 0.68)
  context.fill()
}

function body(context: Context): void {
  const down = context.createRadialGradient(0.5, 0.42, 0.04, 0.5, 0.55, 0.28)
  down.addColorStop(0, '#fffdf4')
  down.addColorStop(0.7, '#ffeec2')
  down.addColorStop(1, '#f0c467')
  context.fillStyle = down
  context.beginPath()
  context.ellipse(0.48, 0.58, 0.225, 0.2, 0, 0, 2 * Math.PI)
  context.ellipse(0.57, 0.42, 0.155, 0.15, 0, 0, 2 * Math.PI)
  context.fill()
  context.strokeStyle = '#f0c467'
  context.lineWidth = 0.028
  context.lineCap = 'round'
  context.beginPath()
  context.moveTo(0.55, 0.29)
  context.quadraticCurveTo(0.53, 0.2, 0.47, 0.2)
  context.moveTo(0.58, 0.28)
  context.quadraticCurveTo(0.58, 0.19, 0.55, 0.16)
  context.stroke()
}

function wing(context: Context, flap: number): void {
  context.save()
  context.translate(0.46, 0.55)
  context.rotate(-flap * 1.5)
  context.fillStyle = '#e3ae4a'
  context.beginPath()
  context.moveTo(0.04, -0.03)
  context.quadraticCurveTo(-0.1, -0.1, -0.2, 0.04)
  context.quadraticCurveTo(-0.12, 0.16, 0.02, 0.1)
  context.quadraticCurveTo(0.09, 0.04, 0.04, -0.03)
  context.fill()
  context.restore()
}

function face(context: Context): void {
  context.fillStyle = '#e8693c'
  context.beginPath()
  context.moveTo(0.7, 0.39)
  context.lineTo(0.83, 0.44)
  context.lineTo(0.69, 0.48)
  context.fill()
  context.fillStyle = '#23262e'
  context.beginPath()
  context.arc(0.615, 0.405, 0.034, 0, 2 * Math.PI)
  context.fill()
  context.fillStyle = '#fff'
  context.beginPath()
  context.arc(0.626, 0.394, 0.011, 0, 2 * Math.PI)
  context.fill()
}
