/** What the walk does not kill: the test that does, or the reason why there is none. */
export const survivors: Readonly<Record<string, string>> = {}
