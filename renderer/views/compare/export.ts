import type { Contender, File } from '../../../core/studio/protocol.ts'
import { client } from '../../client/client.ts'
import { saveFile } from '../../client/save-file.ts'
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
    return saveFile(await rasterise(await client.call('compare.export', { ...what, format: 'svg' })))
  })
}

async function rasterise(svg: File): Promise<File> {
  const url = URL.createObjectURL(new Blob([svg.bytes as Uint8Array<ArrayBuffer>], { type: 'image/svg+xml' }))
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
    const blob = await canvas.convertToBlob({ type: 'image/png' })
    return {
      fileName: svg.fileName.replace(/\.svg$/, '.png'),
      mediaType: 'image/png',
      bytes: new Uint8Array(await blob.arrayBuffer()),
    }
  } finally {
    URL.revokeObjectURL(url)
  }
}
