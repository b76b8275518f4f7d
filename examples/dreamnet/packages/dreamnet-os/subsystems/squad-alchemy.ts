export interface Prey {
  readonly file: string
  readonly bytes: number
}

/** Squad Alchemy: squads of about equal weight, the heaviest file always to the lightest squad. */
export class SquadAlchemy {
  form(prey: readonly Prey[], squads: number): readonly (readonly Prey[])[] {
    const formed = Array.from({ length: squads }, () => ({ bytes: 0, files: new Array<Prey>() }))
    for (const each of [...prey].sort((a, b) => b.bytes - a.bytes)) {
      const lightest = formed.reduce((least, squad) => (squad.bytes < least.bytes ? squad : least))
      lightest.files.push(each)
      lightest.bytes += each.bytes
    }
    return formed.map(({ files }) => files).filter((files) => files.length > 0)
  }
}
