// The planner that the store runs inside its transaction: the feed's, with the push deliveries of each change.
// A module of its own, since the writer's thread of SQLite loads it by name.
import { openPlanner } from '../../feed/plan/plan.ts';
import { deliveryPlanner } from './plan.ts';

export const planBatch = openPlanner(deliveryPlanner);
