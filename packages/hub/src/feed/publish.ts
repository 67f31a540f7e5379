// Step 6 of the commit: committed changes are handed on, in the order of each feed's sequence, to everyone who follows.
// A follower only takes note (it must not throw, wait, or write a feed): the commit does not know what it does.
import type { PlannedDelivery } from '../model/delivery.ts';
import type { Change } from '../model/write.ts';
import type { Committed } from '../store/store.ts';

export type Follower = (changes: readonly Change[]) => void;
/** Takes the deliveries that were born claimed: in this process's hands. */
export type Dispatch = (deliveries: readonly PlannedDelivery[]) => void;

export interface Publisher {
  follow(follower: Follower): void;
  dispatchTo(dispatch: Dispatch): void;
  publish(committed: Pick<Committed, 'changes' | 'deliveries'>): void;
}

export function openPublisher(): Publisher {
  const followers: Follower[] = [];
  const dispatchers: Dispatch[] = [];
  return {
    follow: (follower) => void followers.push(follower),
    dispatchTo: (dispatch) => void dispatchers.push(dispatch),
    publish({ changes, deliveries }) {
      if (changes.length > 0) for (const follower of followers) follower(changes);
      if (deliveries.length > 0) for (const dispatch of dispatchers) dispatch(deliveries);
    },
  };
}
