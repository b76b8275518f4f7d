/**
 * Protobuf's wire format by hand, for the few messages that exist once for every task: the generated code makes a
 * message object and a list of writes for each. Whatever is not plain goes through the generated code (envelope.ts), and
 * `test/protocol/envelope.test.ts` holds the two against each other.
 */

/** Bytes that a varint takes. */
export function varintSize(value: number): number {
  let size = 1
  for (let rest = value; rest >= 128; rest = Math.floor(rest / 128)) size += 1
  return size
}

/** Bytes that a length-delimited field of one-byte tag takes. */
export function fieldSize(bytes: number): number {
  return 1 + varintSize(bytes) + bytes
}

/** Writes one field after the other into memory that is large enough; tags here are one byte (fields 1 to 15). */
export class WireWriter {
  readonly memory: Uint8Array
  at: number

  constructor(memory: Uint8Array, at = 0) {
    this.memory = memory
    this.at = at
  }

  varint(value: number): void {
    let rest = value
    while (rest >= 128) {
      this.memory[this.at++] = (rest % 128) | 128
      rest = Math.floor(rest / 128)
    }
    this.memory[this.at++] = rest
  }

  double(tag: number, value: number): void {
    this.memory[this.at++] = tag
    eight.view.setFloat64(0, value, true)
    for (let at = 0; at < 8; at++) this.memory[this.at + at] = eight.bytes[at] ?? 0
    this.at += 8
  }

  number(tag: number, value: number): void {
    this.memory[this.at++] = tag
    this.varint(value)
  }

  bytes(tag: number, value: Uint8Array): void {
    this.memory[this.at++] = tag
    const { byteLength } = value
    this.varint(byteLength)
    // A call of `set` costs more than copying a few bytes does.
    if (byteLength > SHORT_COPY) this.memory.set(value, this.at)
    else for (let at = 0; at < byteLength; at++) this.memory[this.at + at] = value[at] ?? 0
    this.at += byteLength
  }
}

/**
 * Reads fields in their order, never beyond the bytes.
 * @throws RangeError when a field does not end within them
 */
export class WireReader {
  readonly bytes: Uint8Array
  readonly end: number
  at: number

  constructor(bytes: Uint8Array, at = 0, end = bytes.byteLength) {
    this.bytes = bytes
    this.at = at
    this.end = end
  }

  varint(): number {
    let value = 0
    let scale = 1
    for (;;) {
      if (this.at >= this.end || scale > SCALE_MAX) throw truncated()
      const byte = this.bytes[this.at++] ?? 0
      value += (byte & 127) * scale
      if (byte < 128) return value
      scale *= 128
    }
  }

  double(): number {
    const from = this.passed(8)
    for (let at = 0; at < 8; at++) eight.bytes[at] = this.bytes[from + at] ?? 0
    return eight.view.getFloat64(0, true)
  }

  /** A window into the bytes, not a copy. */
  window(): Uint8Array {
    const from = this.passed(this.varint())
    return this.bytes.subarray(from, this.at)
  }

  skip(wireType: number): void {
    if (wireType === 0) this.varint()
    else if (wireType === 1) this.passed(8)
    else if (wireType === 2) this.passed(this.varint())
    else if (wireType === 5) this.passed(4)
    else throw new RangeError(`a field has the unknown wire type ${wireType}`)
  }

  /** Steps over so many bytes; returns where they begin. */
  passed(length: number): number {
    const from = this.at
    if (from + length > this.end) throw truncated()
    this.at = from + length
    return from
  }
}

/** One double on its way in or out: a view for every message would cost more than the copy. */
const eight = (() => {
  const bytes = new Uint8Array(8)
  return { bytes, view: new DataView(bytes.buffer) }
})()

const SHORT_COPY = 32
/** Nothing here is longer than 2 ** 49. */
const SCALE_MAX = 2 ** 42

function truncated(): RangeError {
  return new RangeError('a message ends in the middle of a field')
}

const encoder = new TextEncoder()
const decoder = new TextDecoder()

/** The UTF-8 bytes of names that repeat without end, task types above all. Bounded, because a type may be anybody's. */
export class NameBytes {
  readonly #bytes = new Map<string, Uint8Array>()

  of(name: string): Uint8Array {
    const known = this.#bytes.get(name)
    if (known !== undefined) return known
    const bytes = encoder.encode(name)
    if (this.#bytes.size < NAMES_MAX) this.#bytes.set(name, bytes)
    return bytes
  }
}

const NAMES_MAX = 1_024

/** Reads names of which the same comes again and again: it is decoded once. */
export class NameReader {
  #bytes: Uint8Array = new Uint8Array(0)
  #name = ''

  read(reader: WireReader): string {
    const length = reader.varint()
    const from = reader.passed(length)
    if (this.#isLast(reader.bytes, from, length)) return this.#name
    this.#bytes = reader.bytes.slice(from, from + length)
    return (this.#name = decoder.decode(this.#bytes))
  }

  #isLast(bytes: Uint8Array, from: number, length: number): boolean {
    if (length !== this.#bytes.byteLength) return false
    for (let at = 0; at < length; at++) if (this.#bytes[at] !== bytes[from + at]) return false
    return true
  }
}
