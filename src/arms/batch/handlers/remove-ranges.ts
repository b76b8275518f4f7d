import { lstatSync, rmSync } from 'node:fs'
import { basename } from 'node:path'
import { confineRemoval } from '../../confine.ts'
import { isTemporaryName } from '../../output-file.ts'
import { ifExists, withTaskErrors } from '../../system-errors.ts'
import type { TaskContext } from '../../task-context.ts'
import { TaskError } from '../../task-errors.ts'
import type { RemoveRanges } from '../range-tasks.ts'

/** Removes folders of ranges, however the task they belong to has ended; mostly it has done so itself. */
export const run: (
  payload: RemoveRanges,
  context: Pick<TaskContext, 'grants'>,
) => Promise<{ readonly removed: number }> = withTaskErrors(({ folders }, { grants }) => {
  let removed = 0
  for (const folder of folders) if (removeRangeFolder(grants, folder)) removed += 1
  return Promise.resolve({ removed })
})

/** Nothing but a folder of ours is ever removed by this. */
export function removeRangeFolder(grants: TaskContext['grants'], folder: string): boolean {
  if (!isTemporaryName(basename(folder)))
    throw new TaskError('E_CONFINED', `${folder} is no folder of ranges`)
  const real = confineRemoval(grants, folder)
  if (ifExists(() => lstatSync(real))?.isDirectory() !== true) return false
  rmSync(real, { recursive: true, force: true })
  return true
}
