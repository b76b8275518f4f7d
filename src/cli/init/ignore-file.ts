/** A .gitignore that leaves the store out; as it was when it already does. */
export function withEntry(text = ''): { readonly text: string; readonly what: string } {
  if (text.split('\n').some((line) => /^\/?\.octopus\/?\s*$/.test(line)))
    return { text, what: '.octopus/ is left out' }
  const before = text === '' || text.endsWith('\n') ? text : `${text}\n`
  return { text: `${before}.octopus/\n`, what: '.octopus/' }
}
