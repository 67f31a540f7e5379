// Step 6 of the commit: passes committed changes to all followers, in the order of each feed's sequence. A follower must
// not throw, wait or write a feed. The commit is independent of what followers do.
import type { WaitingIn } from '../model/change-subscription.ts';
import type { PlannedDelivery } from '../model/delivery.ts';
import type { Change } from '../model/write.ts';
import type { Committed, FeedHead } from '../store/store.ts';

type Follower = (changes: readonly Change[]) => void;
/** Takes heads that moved without a change of a notification. */
type Mover = (heads: readonly FeedHead[]) => void;
/** Takes the deliveries that the commit inserted already claimed, for this process to send. */
type Dispatch = (deliveries: readonly PlannedDelivery[]) => void;

/** Takes what endpoints are to be told now. */
type Tell = (backlogs: readonly WaitingIn[]) => void;

export interface Publisher {
  follow(follower: Follower): void;
  moveTo(mover: Mover): void;
  dispatchTo(dispatch: Dispatch): void;
  tellBy(tell: Tell): void;
  publish(committed: Omit<Committed, 'outcomes'>): void;
}

export function openPublisher(): Publisher {
  const followers: Follower[] = [];
  const movers: Mover[] = [];
  const dispatchers: Dispatch[] = [];
  const tellers: Tell[] = [];
  return {
    follow: (follower) => void followers.push(follower),
    moveTo: (mover) => void movers.push(mover),
    dispatchTo: (dispatch) => void dispatchers.push(dispatch),
    tellBy: (tell) => void tellers.push(tell),
    publish({ changes, moved, deliveries, webhooks }) {
      if (changes.length > 0) for (const follower of followers) follower(changes);
      if (moved.length > 0) for (const mover of movers) mover(moved);
      if (deliveries.length > 0) for (const dispatch of dispatchers) dispatch(deliveries);
      if (webhooks.length > 0) for (const tell of tellers) tell(webhooks);
    },
  };
}
