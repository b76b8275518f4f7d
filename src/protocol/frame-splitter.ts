const HEADER_BYTES = 4

/** What came over a socket is no frame, or one that is larger than this side reads. */
export class FrameError extends Error {
  override readonly name = 'FrameError'
}

/** A length of four bytes, big-endian, and the message. */
export function framed(message: Uint8Array): Uint8Array {
  const frame = new Uint8Array(HEADER_BYTES + message.byteLength)
  new DataView(frame.buffer).setUint32(0, message.byteLength)
  frame.set(message, HEADER_BYTES)
  return frame
}

/**
 * Bytes as they arrive, in whatever pieces, back into frames. A length is judged before a byte of its frame is kept, and
 * memory is taken only for bytes that arrived: a giant length costs nothing.
 */
export class FrameSplitter {
  /** Largest message; may be raised between frames. */
  bytesMax: number
  #parts: Uint8Array[] = []
  #held = 0

  constructor(bytesMax: number) {
    this.bytesMax = bytesMax
  }

  /** Every frame that is whole now, one by one. @throws FrameError for a length of nothing or above `bytesMax` */
  *push(bytes: Uint8Array): Generator<Uint8Array> {
    this.#parts.push(bytes)
    this.#held += bytes.byteLength
    while (this.#held >= HEADER_BYTES) {
      const length = this.#messageBytes()
      if (this.#held < HEADER_BYTES + length) return
      const all = this.#joined()
      const end = HEADER_BYTES + length
      this.#parts = all.byteLength === end ? [] : [all.subarray(end)]
      this.#held = all.byteLength - end
      yield all.subarray(HEADER_BYTES, end)
    }
  }

  #messageBytes(): number {
    // Joined only when the header itself is in pieces, never for each piece of a large frame.
    if ((this.#parts[0]?.byteLength ?? 0) < HEADER_BYTES) this.#parts = [this.#joined()]
    const head = this.#parts[0] ?? new Uint8Array(HEADER_BYTES)
    const length = new DataView(head.buffer, head.byteOffset, HEADER_BYTES).getUint32(0)
    if (length > 0 && length <= this.bytesMax) return length
    throw new FrameError(`a frame of ${length} bytes, where at most ${this.bytesMax} are read`)
  }

  #joined(): Uint8Array {
    const [only] = this.#parts
    if (this.#parts.length === 1 && only !== undefined) return only
    const all = new Uint8Array(this.#held)
    let at = 0
    for (const part of this.#parts) {
      all.set(part, at)
      at += part.byteLength
    }
    return all
  }
}
