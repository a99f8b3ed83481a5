/** Put in by build-page.ts: of each machine, by its name, the generated picture and what the arrows are. */
declare module 'virtual:charts' {
  export const charts: Readonly<Record<string, { readonly svg: string; readonly definition: object }>>
}
