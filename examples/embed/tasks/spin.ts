import { defineTask } from 'octopus-executor/task'

/** What nobody writes on purpose: a loop that never ends and never yields. On the main thread it would be the end of the server. */
export const spin = defineTask({
  type: 'spin',
  arm: 'streams',
  run(_payload: null, { progress }): never {
    progress(0, 1)
    for (;;);
  },
})
