// The planner that the store runs inside its transaction: the feed's, with the push deliveries of each change. A module
// of its own, since the writer's thread of SQLite loads it by name.
import { openPlanner } from '../feed/plan/plan.ts';
import { openDeliveryPlanner } from '../push/plan/plan.ts';
import { builtInChannels } from './channels.ts';

export const planBatch = openPlanner(openDeliveryPlanner(builtInChannels));
