// The ranks of packages/hub/src, lowest first: the whole layering of the hub on one screen. A file imports from lower
// ranks and from its own place; the places of one rank never import each other. tools/tidy/rules/import-ranks.ts
// enforces it. A new folder gets its rank here.

/** A place is a folder, a file, or (`*.ts`) the files directly in a folder. */
export const ranks: readonly (readonly string[])[] = [
  ['lib/'],
  ['telemetry/'],
  ['model/'],
  ['store/*.ts'],
  ['store/sql-registry/'],
  ['bus/*.ts'],
  ['feed/', 'auth/', 'push/channels/*.ts'],
  ['live/', 'push/', 'throttle/', 'webhooks/'],
  ['pictures/'],
  ['operations/'],
  ['edge/'],
  ['config/'],
  ['hub/*.ts'],
  ['hub/maintenance/'],
  ['cli/'],
  ['main.ts', 'index.ts'],
];

export type BackEnd = {
  /** A folder, or (`*` at its end) each folder inside one. */
  readonly folder: string;
  /** The files that declare what the back end implements. */
  readonly contract: readonly string[];
};

/** The concrete back ends: they may import up to the store contract, and only the composition (and tests) may import them. */
export const backEnds: readonly BackEnd[] = [
  { folder: 'store/sqlite/', contract: [] },
  { folder: 'store/postgres/', contract: [] },
  { folder: 'bus/nats/', contract: ['bus/*.ts'] },
  { folder: 'push/channels/*/', contract: ['push/channels/*.ts'] },
];

/** The highest place that a back end may import, beside its own contract. */
export const backEndCeiling = 'store/sql-registry/';

/** The only folder that knows concrete back ends. */
export const compositionRoot = 'hub/';
