// The ranks of packages/hub/src, lowest first: the whole layering of the hub on one screen. A file imports from lower
// ranks and from its own place; the places of one rank never import each other. tools/tidy/rules/import-ranks.ts
// enforces it. A new folder gets its rank here.

/** A place is a folder, a file, or (`*.ts`) the files directly in a folder. */
export const ranks: readonly (readonly string[])[] = [
  ['lib/', 'telemetry/'],
  ['model/'],
  ['store/*.ts'],
  ['feed/', 'auth/'],
  ['live/', 'push/'],
  ['operations/'],
  ['edge/'],
  ['settings.ts', 'nats-settings.ts'],
  ['database-settings.ts', 'inbox-settings.ts'],
  ['config.ts'],
  ['hub-admin.ts', 'hub-bus.ts', 'hub-data.ts', 'hub-inbox.ts', 'hub-push.ts'],
  ['hub-backup.ts', 'hub-migrate.ts'],
  ['hub.ts'],
  ['cli/'],
  ['main.ts', 'index.ts'],
];

export type BackEnd = {
  readonly folder: string;
  /** The files of higher rank that declare what the back end implements. */
  readonly contract: readonly string[];
  /** True when each folder inside is a back end of its own, and files directly in it serve them all. */
  readonly divided: boolean;
};

/** The concrete back ends: they may import up to the store contract, and only hub.ts (and tests) may import them. */
export const backEnds: readonly BackEnd[] = [
  { folder: 'store/sqlite/', contract: [], divided: false },
  { folder: 'store/postgres/', contract: [], divided: false },
  { folder: 'bus/', contract: ['live/bus.ts'], divided: true },
  { folder: 'push/channels/', contract: ['push/channel.ts'], divided: true },
];

/** The highest place that a back end may import, beside its own contract. */
export const backEndCeiling = 'store/*.ts';

/** The only files that know concrete back ends: the root and its parts. */
export const compositionRoots: readonly string[] = [
  'hub.ts',
  'hub-backup.ts',
  'hub-bus.ts',
  'hub-data.ts',
  'hub-migrate.ts',
  'hub-push.ts',
];
