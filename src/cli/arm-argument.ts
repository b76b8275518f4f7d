import { ARM_IDS, isArmId, OctopusError, type ArmId } from '../main/light.ts'

/** @throws OctopusError E_UNKNOWN_ARM */
export function checkedArm(arm: string): ArmId {
  if (isArmId(arm)) return arm
  throw new OctopusError('E_UNKNOWN_ARM', `there is no arm '${arm}'`, {
    hint: `The arms are ${ARM_IDS.join(', ')}.`,
  })
}
