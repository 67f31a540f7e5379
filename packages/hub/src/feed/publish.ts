// Step 6 of the commit: committed changes are handed on, in the order of each feed's sequence, to everyone who follows.
// A follower only takes note (it must not throw, wait, or write a feed): the commit does not know what it does.
import type { Change } from '../model/write.ts';

export type Follower = (changes: readonly Change[]) => void;

export interface Publisher {
  follow(follower: Follower): void;
  publish(changes: readonly Change[]): void;
}

export function openPublisher(): Publisher {
  const followers: Follower[] = [];
  return {
    follow: (follower) => void followers.push(follower),
    publish(changes) {
      if (changes.length === 0) return;
      for (const follower of followers) follower(changes);
    },
  };
}
