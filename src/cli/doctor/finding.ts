/** What one look came to. */
export interface Finding {
  readonly about: string
  /** `note`: nothing to do about it. `fault`: it will not work. */
  readonly level: 'fine' | 'note' | 'look' | 'fault'
  readonly what: string
  readonly todo?: string
}

export function fine(about: string, what: string): Finding {
  return { about, level: 'fine', what }
}

export function note(about: string, what: string): Finding {
  return { about, level: 'note', what }
}

export function look(about: string, what: string, todo: string): Finding {
  return { about, level: 'look', what, todo }
}

export function fault(about: string, what: string, todo?: string): Finding {
  return { about, level: 'fault', what, ...(todo === undefined ? {} : { todo }) }
}
