import { mkdirSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { events, ran, tasks, workFolder, writeRows } from './rig.ts'

const ROWS = [{ type: 'double', payload: { n: 1 } }]
const config = JSON.stringify({
  tasks: [tasks],
  store: 'from-file.db',
  arms: { batch: { maxParallel: 3 } },
})

describe('the configuration', () => {
  test('is found above, up to the root of the package, and its paths are meant from where it lies', async () => {
    const root = workFolder()
    const cwd = join(root, 'deep/down')
    mkdirSync(cwd, { recursive: true })
    writeFileSync(
      join(root, 'octopus.config.ts'),
      `const options: object = ${config}\nexport default options\n`,
    )
    const { code, stderr } = await ran(['run', writeRows(cwd, ROWS)], { cwd })
    expect(code).toBe(0)
    expect(stderr).toContain(`store ${join(root, 'from-file.db')}`)
  })

  test('gives way to the environment, and that to the command line', async () => {
    const cwd = workFolder()
    writeFileSync(join(cwd, 'octopus.config.json'), config)
    const file = writeRows(cwd, ROWS)
    const env = { OCTOPUS_STORE: 'from-env.db' }
    const byEnv = await ran(['run', file], { cwd, env })
    const byFlag = await ran(['run', file, '--store', 'memory', '--max-parallel', '2,batch=1'], {
      cwd,
      env,
    })
    expect(byEnv.stderr).toContain(`store ${join(cwd, 'from-env.db')}`)
    expect(byFlag.stderr).toContain('15 threads  store memory (not resumable)')
  })

  test('is shown with the source of each value, and a variable that means nothing is named', async () => {
    const cwd = workFolder()
    writeFileSync(join(cwd, 'octopus.config.json'), config)
    const env = {
      OCTOPUS_STORE: 'from-env.db',
      OCTOPUS_ALLOW_READ: ['/in', '/more'].join(delimiter),
      OCTOPUS_QUEUE_DEPTH_MAX: '50',
      OCTOPUS_MAX_PARALLEL: 'batch=5,builds=6',
      OCTOPUS_STOER: 'x.db',
    }
    const { code, stdout, stderr } = await ran(['config', '--json', '--max-parallel', 'builds=7'], {
      cwd,
      env,
    })
    const { options } = JSON.parse(stdout) as { options: Record<string, object> }
    expect(code).toBe(0)
    expect(options).toMatchObject({
      store: { value: join(cwd, 'from-env.db'), source: 'env', variable: 'OCTOPUS_STORE' },
      tasks: { value: [tasks], source: 'file' },
      'allow.read': { value: ['/in', '/more'], source: 'env' },
      'allow.write': { value: [cwd], source: 'default' },
      queueDepthMax: { value: 50, source: 'env' },
      'arms.batch.maxParallel': { value: 5, source: 'env' },
      'arms.builds.maxParallel': { value: 7, source: 'flag' },
      'arms.deploy.maxParallel': { value: 2, source: 'default' },
    })
    expect(stderr).toBe(
      '! OCTOPUS_STOER means nothing here: see docs/config.md for the variables there are\n',
    )
  })

  test('is shown as a table, and a variable that cannot be read is refused', async () => {
    const cwd = workFolder()
    writeFileSync(join(cwd, 'octopus.config.json'), config)
    const table = await ran(['config'], { cwd })
    const none = await ran(['config'], { cwd: workFolder() })
    expect(none.stdout).toMatch(/^no configuration file\n/)
    const wrong = await ran(['config'], { cwd, env: { OCTOPUS_DEFAULTS_ATTEMPTS: 'many' } })
    expect(table.stdout).toMatch(/^store +file octopus\.config\.json +\S+from-file\.db$/m)
    expect(table.stdout).toMatch(/^retention\.age +default +7d$/m)
    expect([wrong.code, wrong.stderr]).toEqual([
      2,
      "✖ E_CONFIG: OCTOPUS_DEFAULTS_ATTEMPTS='many' is not a whole number\n  Correct OCTOPUS_DEFAULTS_ATTEMPTS, or unset it.\n",
    ])
  })

  test('may be a part of package.json', async () => {
    const cwd = workFolder()
    writeFileSync(join(cwd, 'package.json'), `{"type":"module","octopus":${config}}`)
    const { code, stdout } = await ran(['run', writeRows(cwd, ROWS), '--json'], { cwd })
    expect(code).toBe(0)
    expect(events(stdout).summary).toMatchObject({ ok: 1 })
  })

  test.for([
    [
      'enum Colour { red }\nexport default {}',
      'octopus.config.ts does not load',
      'Use a const object instead',
    ],
    ['export const other = 1', 'octopus.config.ts has no configuration', 'export default'],
    ['export default { prallel: 1 }', 'option prallel: there is no such option', 'Known:'],
  ])('that is wrong is named: %s', async ([text = '', what = '', hint = '']) => {
    const cwd = workFolder()
    writeFileSync(join(cwd, 'octopus.config.ts'), text)
    const { code, stderr } = await ran(['run', writeRows(cwd, ROWS)], { cwd })
    expect(code).toBe(2)
    expect(stderr).toContain('✖ E_CONFIG: ')
    expect(stderr).toContain(what)
    expect(stderr).toContain(hint)
    expect(stderr).not.toContain('    at ')
  })
})
