// The hub's planner, where looking at what a plan's reads do not declare fails: as over PostgreSQL, for the suites of a
// store that reads on first need. A module of its own, since the writer's thread of SQLite loads it by name.
import { planBatch as hubs } from '../../../hub/src/hub/plan-batch.ts';
import { onlyDeclared } from '../../../hub/src/store/plan-reads.ts';
import type { Planner } from '../../../hub/src/store/store.ts';

export const planBatch: Planner = {
  ...hubs,
  plan: (writes, snapshot, context) =>
    hubs.plan(writes, onlyDeclared(snapshot, hubs.readsOf(writes)), context),
};
