// The statements of an outbox. What they return is text, so that no type parser of the user's has a say in it.
import type { OutboxNames } from './outbox-options.ts'

/** What makes an outbox's tables. */
export function createTables({ table, positions, keyIndex }: OutboxNames, ifNotExists = ''): string {
  return `create table ${ifNotExists}${table} (
  xid xid8 not null default pg_current_xact_id(),
  id bigint generated always as identity,
  key text,
  payload jsonb not null,
  published_at timestamptz not null default now(),
  primary key (xid, id)
);
create index ${ifNotExists}${keyIndex} on ${table} (key, xid) where key is not null;
create table ${ifNotExists}${positions} (
  consumer text primary key,
  xid xid8 not null,
  id bigint not null,
  delivered_at timestamptz
);`
}

/** Two that make the same table at the same time would get in each other's way, IF NOT EXISTS or not. */
export const createTablesOnce = (names: OutboxNames): string =>
  `select pg_advisory_xact_lock(hashtextextended('pg-supervisor outbox', 0));
${createTables(names, 'if not exists ')}`

/**
 * $1 keys, $2 payloads. A transaction may have got its id long before it waited for another one to let go of what the key
 * stands for, and would come before that by its id: so a message comes with the last of its key that can be seen. That is
 * never too late for the horizon, which passes the greater of two ids only when it has passed the lesser.
 */
export const insertMessages = ({ table }: OutboxNames): string => `insert into ${table} (xid, key, payload)
  select greatest(pg_current_xact_id(), last.xid), message.key, message.payload::jsonb
  from unnest($1::text[], $2::text[]) with ordinality as message (key, payload, place)
  left join lateral (select earlier.xid from ${table} as earlier where earlier.key = message.key
    order by earlier.xid desc limit 1) as last on true
  order by message.place`

/** The same; $3 is the channel. Of many in one transaction the server sends one (PostgreSQL docs, NOTIFY). */
export const insertAndNotify = (names: OutboxNames): string =>
  `with published as (${insertMessages(names)} returning 1) select count(*), pg_notify($3, '') from published`

/** $1 consumer, $2 whether it wants only what is still to be published. */
export const notePosition = ({
  positions,
}: OutboxNames): string => `insert into ${positions} (consumer, xid, id)
  values ($1, case when $2::boolean then pg_snapshot_xmin(pg_current_snapshot()) else '0'::xid8 end, 0)
  on conflict (consumer) do nothing`

/** $1 what is locked until the transaction's end, $2 how long the server waits for a client that says nothing. */
export const excludeOthers = `select pg_try_advisory_xact_lock(hashtextextended($1::text, 0))::text,
  set_config('idle_in_transaction_session_timeout', $2, true)`

/**
 * $1 consumer, $2 how many. Beyond the horizon somebody may still commit what comes before: ids are given when a row is
 * inserted, and seen when it is committed.
 */
export const selectBatch = ({ table, positions }: OutboxNames): string => `with place as materialized
  (select xid, id from ${positions} where consumer = $1)
  select m.xid::text, m.id::text, m.key, m.payload::text, extract(epoch from m.published_at)::text from ${table} as m
  where (m.xid, m.id) > (coalesce((select xid from place), '0'::xid8), coalesce((select id from place), 0))
    and m.xid < pg_snapshot_xmin(pg_current_snapshot())
  order by m.xid, m.id limit $2`

/** Whether something is there that may not be delivered yet. */
export const selectHeldBack = ({ table }: OutboxNames): string =>
  `select exists (select from ${table} where xid >= pg_snapshot_xmin(pg_current_snapshot()))::text`

/** $1 consumer, $2 and $3 the last message of the batch. */
export const movePosition = ({ positions }: OutboxNames): string => `insert into ${positions}
  (consumer, xid, id, delivered_at) values ($1, $2::text::xid8, $3::bigint, clock_timestamp())
  on conflict (consumer) do update set xid = excluded.xid, id = excluded.id, delivered_at = excluded.delivered_at`

/** What all consumers have had; nothing as long as there is none. */
export const deleteDelivered = ({
  table,
  positions,
}: OutboxNames): string => `delete from ${table} where (xid, id) <=
  ((select xid from ${positions} order by xid, id limit 1), (select id from ${positions} order by xid, id limit 1))`

/** $1 consumer. */
export const deletePosition = ({ positions }: OutboxNames): string =>
  `delete from ${positions} where consumer = $1`
