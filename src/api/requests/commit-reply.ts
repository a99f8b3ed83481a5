import type { Reply } from '../../machines/mailbox/request.ts'

/** What the server would have answered: it had said that COMMIT was done when the line went dead. */
export const commitReply: Reply = { command: 'COMMIT', rowCount: 0, oid: 0, rows: [], fields: [] }
