// The tables of the registry, which both stores name alike: one list of columns a table, by which rows are selected, read,
// written and moved into another store.
export type ColumnType = 'text' | 'bigint' | 'boolean' | 'text?' | 'bigint?';
export type Columns = Readonly<Record<string, ColumnType>>;

export const registryTables = {
  app: { id: 'text', doc: 'text' },
  app_client: { client_id: 'text', app: 'text' },
  app_host: { host: 'text', app: 'text' },
  host_claim: { app: 'text', host: 'text', value: 'text', claimed_at: 'bigint' },
  credential: { app: 'text', kind: 'text', sealed: 'text', shown: 'text', key_id: 'text', set_at: 'bigint' },
  audit: {
    id: 'bigint',
    at: 'bigint',
    who: 'text',
    what: 'text',
    on_what: 'text',
    from_address: 'text?',
    count: 'bigint',
    kind: 'text?',
  },
  local_user: {
    id: 'text',
    name: 'text',
    name_key: 'text',
    password_hash: 'text',
    operator: 'boolean',
    disabled: 'boolean',
    operator_read: 'boolean',
  },
  idp_grant: {
    model: 'text',
    id: 'text',
    payload: 'text',
    grant_id: 'text?',
    uid: 'text?',
    user_code: 'text?',
    expires_at: 'bigint?',
    account: 'text?',
  },
  refresh_family: {
    id: 'text',
    account: 'text',
    client: 'text',
    grant_id: 'text',
    session: 'text?',
    payload: 'text',
    spent: 'bigint',
    spent_at: 'bigint?',
    started_at: 'bigint',
    expires_at: 'bigint',
  },
  revocation: { subject: 'text', at: 'bigint', until: 'bigint?' },
  fact: { key: 'text', value: 'text' },
  change_subscription: {
    id: 'text',
    app: 'text',
    user_key: 'text?',
    watch: 'text',
    doc: 'text',
    sealed: 'text',
    key_id: 'text',
  },
  spent_ticket: { id: 'text', expires_at: 'bigint', holder: 'bigint?' },
} as const satisfies Readonly<Record<string, Columns>>;

export type RegistryTable = keyof typeof registryTables;
