import type { ServerNotice } from './driver.ts'

/** Without the fields that the server did not send. */
export const plainNotice = (
  notice: { [field in keyof ServerNotice]: ServerNotice[field] | undefined },
): ServerNotice =>
  Object.fromEntries(
    Object.entries(notice).filter(([, value]) => value !== undefined),
  ) as unknown as ServerNotice
