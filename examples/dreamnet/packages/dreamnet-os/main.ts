/** A server and three cycles of the Halo-Loop over files that keep arriving. Run it: bash run.sh */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { chdir } from 'node:process'
import type { OctopusArmId, OctopusRuntimeStatus } from '@dreamnet/octopus-executor'
import { startServer } from '@dreamnet/server'
import { HaloLoop } from './halo-loop.ts'
import { DreamOps } from './subsystems/dream-ops.ts'
import { QuantumAnticipation } from './subsystems/quantum-anticipation.ts'
import { SquadAlchemy } from './subsystems/squad-alchemy.ts'
import { WolfPack } from './subsystems/wolf-pack.ts'

const ARRIVALS = [12, 20, 4]

// The store lies where the process works: in a folder that goes when this ends.
const folder = mkdtempSync(join(tmpdir(), 'dreamnet-'))
chdir(folder)
const incoming = join(folder, 'incoming')
for (const path of [incoming, `${incoming}-sums`]) mkdirSync(path)

const server = await startServer()
const subsystems = {
  dreamOps: new DreamOps(),
  quantumAnticipation: new QuantumAnticipation(),
  squadAlchemy: new SquadAlchemy(),
  wolfPack: new WolfPack(incoming),
}
const halo = new HaloLoop(subsystems)

let processed = 0
for (const [day, files] of ARRIVALS.entries()) {
  for (let nth = 0; nth < files; nth++)
    writeFileSync(join(incoming, `${day}-${nth}.txt`), `dream ${day} ${nth}\n`.repeat(2_000 + nth))
  const summary = await halo.cycle()
  assert.equal(summary.failed, 0)
  processed += summary.processed
}

const status = (await (await fetch(`${server.url}/octopus`)).json()) as OctopusRuntimeStatus
const busy: OctopusArmId[] = status.arms.flatMap(({ id, processedCount }) =>
  processedCount > 0 ? [id] : [],
)
console.log(
  `[server] GET /octopus: ${status.arms.length} arms, ${status.queuedTasks} queued, work on ${busy.join(', ')}`,
)
await server.close()

// Four squads a cycle and the baseline health task; each file's checksum, recomputed here.
assert.equal(status.arms.length, 8)
assert.equal(status.queuedTasks, 0)
assert.equal(processed, 13)
assert.equal(subsystems.dreamOps.attempts.length, 13)
const sums = globSync(`${incoming}-sums/*.sha256`).flatMap((path) =>
  readFileSync(path, 'utf8').trim().split('\n'),
)
assert.equal(sums.length, 36)
for (const line of sums) {
  const [sum, file = ''] = line.split(/ [ *]/)
  assert.equal(
    sum,
    createHash('sha256')
      .update(readFileSync(resolve(incoming, file)))
      .digest('hex'),
  )
}
rmSync(folder, { recursive: true })
console.log(
  `${sums.length} files in ${ARRIVALS.length} cycles, every checksum verified, ${processed} tasks`,
)
