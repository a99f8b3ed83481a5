// What can break between an application and its PostgreSQL, and which tests show what happens then. A scenario of test/faults
// counts for its number by itself; what is written here are the other tests, each by its file and the beginning of its name.

export interface Fault {
  readonly id: `S${number}`
  readonly fault: string
  /** 'chaos/idle-loss: is replaced by another' */
  readonly shownBy: readonly string[]
}

const fault = (number: number, what: string, ...shownBy: string[]): Fault => {
  // As in the names of the scenarios: S01.
  return { id: `S${String(number).padStart(2, '0')}` as Fault['id'], fault: what, shownBy }
}

export const catalogue: readonly Fault[] = [
  fault(1, 'an idle session is terminated', 'chaos/idle-loss: is replaced by another'),
  fault(
    2,
    'a session is terminated in flight, in autocommit',
    'chaos/kill-in-flight: are told apart',
    'chaos/idempotent: is repeated after a loss in flight',
  ),
  fault(
    3,
    'a session is terminated in a transaction before its COMMIT',
    'chaos/kill-in-transaction: is not applied and retry-safe',
    'chaos/transaction-retry: runs again as a whole after a loss before COMMIT',
  ),
  fault(
    4,
    'fast shutdown and restart',
    'chaos/shutdown-and-restart: are survived while 20 callers',
    'chaos/many-processes: each make at most two attempts a second',
  ),
  fault(5, 'immediate shutdown', 'chaos/shutdown-and-restart: are survived while 20 callers'),
  fault(
    7,
    'the postmaster, or a backend, is killed',
    'chaos/shutdown-and-restart: are survived while 20 callers',
    'chaos/server-ends-session: because another backend crashed',
  ),
  fault(9, 'the postmaster stands still'),
  fault(10, 'the server is starting up'),
  fault(
    11,
    'no slot is left: of the server, the role, the database',
    'chaos/server-ends-session: because it has too many',
    'chaos/refused-logins: because there are too many',
    'chaos/slots-exhausted: is asked once a second',
  ),
  fault(
    13,
    "the server's own timeouts end the session",
    'chaos/idle-loss: is replaced by another',
    'chaos/server-ends-session: because a transaction was idle for too long',
    'chaos/server-ends-session: because a transaction took too long',
  ),
  fault(
    14,
    'errors of statements, which keep the session',
    'chaos/harmless-errors: reaches its caller untouched',
    'chaos/server-ends-session: because of its own timeout kills nothing',
    'integration/transaction-retry: is repeated as a whole with retry',
    'chaos/disk-full: of a tablespace is an error',
  ),
  fault(
    15,
    'the database is dropped, or takes nobody in',
    'chaos/hopeless: is a missing database',
    'chaos/database-gone: that is dropped under its session',
    'chaos/database-gone: that takes nobody in for a while',
  ),
  fault(16, 'a black hole while idle', 'chaos/heartbeat: notices a black hole'),
  fault(
    17,
    'a black hole in flight',
    'chaos/cancel: replaces the session when the server does not confirm',
    'chaos/silent-death: is noticed: %s',
  ),
  fault(19, 'packets are really lost'),
  fault(
    20,
    'RST, FIN, half-close; idle, in flight, in the middle of a message',
    'chaos/idle-loss: is replaced by another',
    'chaos/slow-cable: that is cut in the middle of a large answer',
  ),
  fault(22, 'latency, and more by chance', 'chaos/slow-cable: that brings a large statement slowly'),
  fault(
    23,
    'corrupted, missing and repeated bytes',
    'chaos/protocol-corruption: in an answer ends the session',
    'chaos/protocol-corruption: while connecting is a failed attempt',
  ),
  fault(
    24,
    'silence in each phase of connecting',
    'chaos/connect-fails: fails at its deadline when the server accepts',
    'chaos/connect-fails: fails at its deadline when the server falls silent after authentication',
    'chaos/connect-fails: fails at its deadline when setup never ends',
    'chaos/tls-faults: and is silent in the middle of its handshake',
  ),
  fault(
    26,
    'refused, unreachable, forbidden',
    'chaos/connect-fails: fails at a port that refuses',
    'chaos/no-way-to-host: by a route that is',
  ),
  fault(27, 'the primary dies, a standby is promoted', 'chaos/failover: what was in flight is told as ever'),
  fault(28, 'a demoted node keeps answering', 'integration/hosts/roles: is left by the whole pool'),
  fault(
    33,
    'the answer to COMMIT is lost',
    'chaos/verify-commit: resolves where the server has done it',
    'chaos/kill-during-commit: leaves it unknown when the server has done it',
  ),
  fault(
    34,
    'COMMIT is never delivered',
    'chaos/verify-commit: is not applied, and worth repeating',
    'chaos/kill-during-commit: leaves it unknown when the server never saw it',
  ),
  fault(35, 'COMMIT is delayed in the network', 'chaos/verify-commit: stays undone when it arrives late'),
  fault(
    36,
    'COMMIT waits for a synchronous standby',
    'chaos/local-commit: is reported as committed locally only',
    'chaos/local-commit: resolves where its session is terminated',
  ),
  fault(
    37,
    'in doubt, and failover, or a crash',
    'chaos/verify-commit: is unknown on another timeline',
    'chaos/crash-recovery: is not taken for another',
  ),
  fault(
    38,
    'COMMIT of a failed transaction, a deferred constraint, 40001 at COMMIT',
    'integration/transactions: whose COMMIT is answered by ROLLBACK',
    'integration/transactions: rejects with the error of its COMMIT',
    'integration/transaction-retry: is repeated also when its work swallowed',
  ),
  fault(
    39,
    'writes in autocommit, a CALL that commits inside, PREPARE TRANSACTION',
    'chaos/kill-in-flight: are told apart',
    'chaos/cancel-neighbours: that comes late leaves unknown what may have committed inside',
    'chaos/prepared-transaction-lost: is unknown',
  ),
  fault(
    40,
    'the listener is killed, again and again',
    'chaos/listen-survives: survives a loss, and the gap tells',
    'chaos/pool-end: tells a gap when it was lost',
    'chaos/durable-listen: loses nothing, keeps the order',
  ),
  fault(
    41,
    'catching up misses who committed late',
    'integration/outbox: loses nothing that is committed after what came later',
  ),
  fault(
    42,
    'LISTEN is lost: while it is issued again, or by hand',
    'chaos/listen-survives: of a session that cannot LISTEN',
    'integration/listens-ended-by-hand: one by one are issued again',
  ),
  fault(
    43,
    'a flood of notifications, and a slow consumer',
    'integration/notifications: of 100 000 in one transaction are held up to bufferLimit',
  ),
  fault(
    45,
    'hostile names of channels, hostile payloads',
    'unit/api/identifiers: can be read back, whatever it is',
    'unit/api/identifiers: may have fewer than 8000 bytes',
  ),
  fault(
    46,
    'the event loop is blocked, the process is stopped',
    'chaos/blocked-loop: convicts nobody',
    'chaos/blocked-loop: does not hide a server that is really gone',
    'chaos/silent-death: for longer than all deadlines',
  ),
  fault(
    49,
    'cancels and aborts race with answers',
    'chaos/cancel-neighbours: hits no neighbour',
    'chaos/cancel-truths: and is done before its turn',
    'chaos/abort: that comes too late changes nothing',
  ),
  fault(
    50,
    'a pool is abused',
    'integration/pool-use: is bounded by waitLimit',
    'integration/pool-use: is told as a leak',
    'chaos/abort-leases: leaves the next one a session that answers',
  ),
  fault(
    51,
    'huge rows, slow readers, a COPY that stalls',
    'chaos/slow-cable: that is cut in the middle of a large answer',
    'chaos/submittables: is no obstacle to an abort',
  ),
  fault(
    52,
    'end() in every state',
    'chaos/end-in-every-state: is ended for good',
    'chaos/end-with-work: cuts off a server that does not answer',
    'chaos/pool-end: while everybody is down',
  ),
  fault(
    54,
    'passwords change; who provides them fails, hangs, talks nonsense',
    'chaos/refused-logins: because the password has changed',
    'chaos/hopeless: ends a recovery as well',
    'integration/password: that never answers is bounded',
  ),
  fault(
    55,
    'certificates and TLS: expired, unknown, of another, refused, answered in plain text',
    'chaos/hopeless: is a server without TLS where TLS is wanted',
    'chaos/tls-faults: %s is hopeless',
    'chaos/tls-faults: and %s gets no session',
  ),
  fault(
    56,
    'a hostile server',
    'chaos/protocol-corruption: in an answer leaves nobody waiting',
    'chaos/hostile-server: %s gets no session out of it',
    'chaos/hostile-server: never stops telling',
  ),
  fault(
    59,
    'DDL under prepared statements, DISCARD ALL',
    'integration/auto-prepare: heals a name whose result the table outgrew',
    'integration/auto-prepare: heals names that the server lost to DISCARD ALL',
    'integration/auto-prepare: does not heal inside a transaction',
  ),
  fault(
    60,
    'deaths that users forge',
    'chaos/harmless-errors: reaches its caller untouched',
    'chaos/harmless-errors: is no reason when the session is lost later',
    'integration/pg-defects/localised-severity: decides nothing: an ERROR of the same code',
  ),
]

/** Those that nothing here shows yet, and what they wait for. */
export const notShown: readonly {
  readonly id: `S${number}`
  readonly fault: string
  readonly waitsFor: string
}[] = [
  { id: 'S29', fault: 'a session survives a promotion', waitsFor: 'several hosts' },
  { id: 'S30', fault: 'split brain, an old primary returns', waitsFor: 'several hosts' },
  { id: 'S31', fault: 'all hosts are down, one comes back', waitsFor: 'several hosts' },
  { id: 'S58', fault: 'a pooler stands in between', waitsFor: 'knowledge of poolers' },
]
