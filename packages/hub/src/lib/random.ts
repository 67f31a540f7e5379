// The one home of random numbers that are not secret: jitter, spreading. A simulation passes a seeded one instead.
// Secrets come from node:crypto, where they are made.

/** A number from 0 up to, but not including, 1. */
export type Random = () => number;

export const random: Random = () => Math.random();
