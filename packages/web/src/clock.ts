// The page's home of time: everything that reads it takes it from here or as an argument, so that a test drives it.
// Milliseconds since 1970 in UTC.
export type Now = () => number;

export const systemNow: Now = () => Date.now();
