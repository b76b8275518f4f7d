import { OctopusError } from '../../protocol/errors.ts'

export function noStore(path: string): OctopusError {
  return new OctopusError('E_NO_STORE', `there is no store at ${path}`, {
    hint: 'Name it with --store, make a project with `octopus init`, or start an engine on it: `octopus start`.',
  })
}
