import { Octopus } from '../src/main/index.ts'
import { noop } from '../test/fixtures/tasks.ts'
import { monitorEventLoopDelay } from 'node:perf_hooks'
const octopus = await Octopus.open({ store: process.argv[2] ?? 'memory', tasks: '/work/main/test/fixtures/tasks.ts' })
const n = Number(process.argv[3] ?? 200000)
const h = monitorEventLoopDelay({ resolution: 1 })
for (let i = 0; i < 5; i++) { const t = performance.now(); h.reset(); h.enable(); const u = process.threadCpuUsage(), pu = process.cpuUsage(); await octopus.enqueueMany(noop, Array.from({ length: n }, () => undefined)); const e = performance.now(); await octopus.drain(); const c = process.threadCpuUsage(u), pc = process.cpuUsage(pu); h.disable(); console.log('enqueued', Math.round(n / (e - t) * 1000), 'all', Math.round(n / (performance.now() - t) * 1000), '/s main us', ((c.user + c.system) / n).toFixed(2), 'process us', ((pc.user + pc.system) / n).toFixed(2), 'loop p99', (h.percentile(99) / 1e6).toFixed(1), 'max', (h.max / 1e6).toFixed(1)) }
await octopus.close()
