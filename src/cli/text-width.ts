/** At most so many columns of a terminal; what is cut ends in `…`. */
export function cut(text: string, width: number): string {
  if (textWidth(text) <= width) return text
  let kept = ''
  let used = 1
  for (const character of text) {
    used += textWidth(character)
    if (used > width) break
    kept += character
  }
  return width < 1 ? '' : `${kept}…`
}

/** The same from the other end: `…` and what the text ends in. */
export function cutFront(text: string, width: number): string {
  if (textWidth(text) <= width) return text
  let kept = ''
  let used = 1
  for (const character of Array.from(text).reverse()) {
    used += textWidth(character)
    if (used > width) break
    kept = character + kept
  }
  return width < 1 ? '' : `…${kept}`
}

const ASCII = /^[ -~]*$/
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}/u
// Combining marks, joiners and variation selectors stand on what comes before them.
const NONE = /^(?:\p{M}|\p{Cf})$/u

/** How many columns the text takes, as most terminals count. */
export function textWidth(text: string): number {
  if (ASCII.test(text)) return text.length
  let width = 0
  for (const character of text) width += NONE.test(character) ? 0 : WIDE.test(character) ? 2 : 1
  return width
}
