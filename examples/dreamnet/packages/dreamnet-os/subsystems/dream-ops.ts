/** DreamOps and the host's NeuralMesh in one: what the executor remembers of each attempt ends up here. */
export class DreamOps {
  readonly attempts: unknown[] = []

  remember(trace: unknown): void {
    this.attempts.push(trace)
  }
}
