declare module 'virtual:charts' {
  /** JSON of all that the page knows of charts, deflated, in base64: it would be most of the page otherwise. */
  export const packed: string
}
