// A record with exactly the keys of a list, such as one value for each platform. The one place where such a record is
// typed by what made it.

export function recordOf<Key extends string, Value>(
  keys: readonly Key[],
  make: (key: Key) => Value,
): Record<Key, Value> {
  // The compiler types what fromEntries makes by any string.
  return Object.fromEntries(keys.map((key) => [key, make(key)])) as Record<Key, Value>;
}
