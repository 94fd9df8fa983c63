const LINE = 18
const MOST_LINES = 4

/** Says at the top of the board why its own drawing is not there. @returns the room that the sentence takes */
export function drawProblem(
  context: CanvasRenderingContext2D,
  problem: string,
  edge: number,
  width: number,
): number {
  context.font = '500 13px "Inter Variable", sans-serif'
  context.textAlign = 'left'
  context.fillStyle = '#f9bd35'
  const lines = ['']
  for (const word of problem.split(' ')) {
    const longer = `${lines.at(-1)} ${word}`.trim()
    if (context.measureText(longer).width <= width) lines[lines.length - 1] = longer
    else lines.push(word)
  }
  const shown = lines.slice(0, MOST_LINES)
  for (const [i, line] of shown.entries()) context.fillText(line, edge, edge * 0.7 + (i + 0.8) * LINE)
  return shown.length * LINE + 8
}
