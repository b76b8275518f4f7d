import { checkedArm } from './arm-argument.ts'
import { ARM_IDS, OctopusError, type ArmId, type ArmOptions } from '../main/index.ts'

/**
 * `4`, `batch=4` or `batch=4,builds=2` as options of arms; later ones win.
 * @param where the flag or variable they come from, for errors
 * @throws OctopusError E_USAGE, E_UNKNOWN_ARM
 */
export function armsAtMost(
  limits: readonly string[],
  where: string,
): Partial<Record<ArmId, ArmOptions>> {
  const arms: Partial<Record<ArmId, ArmOptions>> = {}
  for (const limit of limits.flatMap((text) => text.split(','))) {
    const { ids, maxParallel } = parallelLimit(limit, where)
    for (const id of ids) arms[id] = { maxParallel }
  }
  return arms
}

function parallelLimit(
  text: string,
  where: string,
): { readonly ids: readonly ArmId[]; readonly maxParallel: number } {
  const parts = /^(?:([a-z]+)=)?(\d{1,4})$/.exec(text.trim())
  if (parts === null)
    throw new OctopusError('E_USAGE', `${where} '${text}' is neither n nor arm=n`, {
      hint: `For example ${where} 4, or ${where} batch=4.`,
    })
  const [, arm, threads] = parts
  return { ids: arm === undefined ? ARM_IDS : [checkedArm(arm)], maxParallel: Number(threads) }
}
