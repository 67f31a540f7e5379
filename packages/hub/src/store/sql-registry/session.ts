// What the registry needs of a database: single statements, transactions, and the parts that are in memory. Each back end
// has its own session; the registry over it is the same. A statement names its parameters $1, $2 …; a list is passed as
// one JSON text.
export type Parameter = string | number | boolean | null;
export type Row = Readonly<Record<string, unknown>>;

export interface Answered {
  readonly rows: readonly Row[];
  /** How many rows were written or read. */
  readonly count: number;
}

/** What every hub keeps in its memory whole, so that reading it never waits for the database. */
export const parts = ['app', 'credential', 'revocation', 'key', 'webhook'] as const;
export type Part = (typeof parts)[number];

export interface KnownPart {
  /** Another one whenever the rows may be others. */
  readonly version: number;
  readonly rows: readonly Row[];
}

export interface Memory {
  /** As new as this process knows; never waits, and never fails. */
  known(part: Part): KnownPart;
}

/** Rejects with a StoreError, within two seconds, when the database can't be had. */
export interface Session {
  query(text: string, ...values: Parameter[]): Promise<Answered>;
  /** Several statements in one transaction, durable when it resolves. Inside of one it joins that. */
  atomically<T>(write: (within: Transaction) => Promise<T>): Promise<T>;
}

export interface Transaction extends Session {
  /**
   * Before it reads what it decides by: whoever changes the same part waits until this transaction ends. When it
   * commits, all hubs have the change in memory before their next request.
   */
  raise(part: Part): Promise<void>;
}
