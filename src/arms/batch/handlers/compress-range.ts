import { createHash } from 'node:crypto'
import { fstatSync } from 'node:fs'
import { confineRead, confineWrite } from '../../confine.ts'
import { OutputFile } from '../../output-file.ts'
import { breather } from '../../pace.ts'
import { openForReading } from '../../read-file.ts'
import { withTaskErrors } from '../../system-errors.ts'
import type { TaskContext } from '../../task-context.ts'
import { TaskError } from '../../task-errors.ts'
import { isSource } from '../gzip-ranges.ts'
import { packGzipRange, unpack, type Content, type Pump } from '../packing.ts'
import type { CompressRange, CompressRangeResult } from '../range-tasks.ts'

export const run: (payload: CompressRange, context: TaskContext) => Promise<CompressRangeResult> =
  withTaskErrors(async (payload, context) => {
    const { source, stat, start, end, level } = payload
    using input = openForReading(confineRead(context.grants, source))
    using output = new OutputFile(confineWrite(context.grants, payload.output), context.id, {
      mode: 0o600,
    })
    const pump = pumpOf(context, end - start)
    const packed = createHash('sha256')
    let bytesOut = 0
    const content = await packGzipRange(
      input,
      { start, end, level },
      (chunk) => {
        output.write(chunk)
        packed.update(chunk)
        bytesOut += chunk.length
      },
      pump,
    )
    if (!isSource(fstatSync(input.fd, { bigint: true }), stat))
      return { outcome: 'changed', source }
    output.finish()
    if (payload.verify) await verify(output, content, pump)
    output.commit()
    const sha256 = packed.digest('hex')
    return { outcome: 'made', source, stat, output: payload.output, bytesOut, sha256 }
  })

function pumpOf({ signal, progress }: TaskContext, bytesTotal: number): Pump {
  let bytesDone = 0
  const onBytes = (bytes: number): void => progress((bytesDone += bytes), bytesTotal)
  return { breathe: breather(signal), signal, onBytes }
}

async function verify(output: OutputFile, content: Content, pump: Pump): Promise<void> {
  using written = openForReading(output.temporaryPath)
  const quiet = { ...pump, onBytes: () => {} }
  const readBack = await unpack(written, 'gzip', content.bytes, () => {}, quiet)
  if (readBack.sha256 === content.sha256) return
  throw new TaskError(
    'E_IO',
    `what was written for ${output.path} does not read back as it should; look at the disk`,
  )
}
