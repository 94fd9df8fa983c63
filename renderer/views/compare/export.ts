import type { Contender } from '../../../core/studio/protocol.ts'
import { client } from '../../client/client.ts'
import { fetchFile, saveBlob, saveFile } from '../../client/files.ts'
import { attempt } from '../../components/report-error.ts'

interface What {
  readonly environment: string
  readonly contenders: Contender[]
  readonly episodes: number
}

const PIXELS_PER_UNIT = 2

export function exportComparison(what: What, format: 'png' | 'svg' | 'json' | 'html'): Promise<unknown> {
  return attempt(async () => {
    if (format !== 'png') return saveFile(await client.call('compare.export', { ...what, format }))
    const svg = await client.call('compare.export', { ...what, format: 'svg' })
    return saveBlob(svg.fileName.replace(/\.svg$/, '.png'), await rasterise(await fetchFile(svg)))
  })
}

async function rasterise(svg: Blob): Promise<Blob> {
  const url = URL.createObjectURL(svg)
  try {
    const image = new Image()
    image.src = url
    await image.decode()
    const canvas = new OffscreenCanvas(
      image.naturalWidth * PIXELS_PER_UNIT,
      image.naturalHeight * PIXELS_PER_UNIT,
    )
    const context = canvas.getContext('2d')!
    context.fillStyle = '#fff'
    context.fillRect(0, 0, canvas.width, canvas.height)
    context.drawImage(image, 0, 0, canvas.width, canvas.height)
    return await canvas.convertToBlob({ type: 'image/png' })
  } finally {
    URL.revokeObjectURL(url)
  }
}
