/** What a module exports. Only main's registry decides which modules those are; nothing is imported from a payload. */
export async function moduleExports(url: string): Promise<Readonly<Record<string, unknown>>> {
  // oxlint-disable-next-line typescript/no-unsafe-return -- an import has no type before it is looked at
  return import(url)
}
