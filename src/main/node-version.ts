import { OctopusError } from '../protocol/errors.ts'

/** Imported first of all: on an older Node the rest would fail with ERR_UNKNOWN_BUILTIN_MODULE, which explains nothing. */
const [major = 0] = process.versions.node.split('.').map(Number)
if (major < 24) {
  throw new OctopusError(
    'E_NODE_VERSION',
    `octopus-executor needs Node 24 or newer, this is ${process.versions.node}`,
    {
      hint: 'Install Node 24, e.g. as a dev dependency: npm i -D node@24',
    },
  )
}
