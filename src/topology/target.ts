/** A host to connect to, as it was asked for. */
export interface Target {
  /** A name, an address, or the folder of a Unix socket; certificates are compared with it. */
  readonly host: string
  readonly port: number
  /** Where to connect instead of asking what the name means: libpq's hostaddr. */
  readonly hostaddr?: string
}

/** Tells hosts apart: for the storm limit, for what is known of each. */
export const keyOf = ({ host, port, hostaddr }: Target): string => `${hostaddr ?? host}:${port}`
