import { Octopus } from '../src/main/index.ts'
import { noop } from '../test/fixtures/tasks.ts'
const octopus = await Octopus.open({ store: 'memory', tasks: '/work/main/test/fixtures/tasks.ts' })
const rows: number[][] = []
octopus.watch(e => { if (e.kind === 'attempt.ended') rows.push([e.trace.waitUs, e.trace.dispatchUs, e.trace.runUs, e.trace.settleUs]) })
const tot: number[] = []; const a1: number[] = []
for (let i = 0; i < 4000; i++) { const t = performance.now(); const h = await octopus.enqueue(noop, undefined); a1.push((performance.now() - t) * 1000); await h.result(); tot.push((performance.now() - t) * 1000) }
const med = (xs: number[]) => xs.sort((a, b) => a - b)[xs.length / 2 | 0]!.toFixed(1)
console.log('total', med(tot), 'enqueue', med(a1), 'wait', med(rows.map(r => r[0]!)), 'dispatch', med(rows.map(r => r[1]!)), 'run', med(rows.map(r => r[2]!)), 'settle', med(rows.map(r => r[3]!)))
await octopus.close()
