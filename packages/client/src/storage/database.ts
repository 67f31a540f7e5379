// One IndexedDB database, as promises. It closes itself when a newer version of the page upgrades the database, or when the
// browser ends the connection.

export interface DatabaseOptions {
  readonly factory: IDBFactory;
  readonly name: string;
  readonly version: number;
  readonly stores: readonly string[];
  /** It is closed, or failed to open: the next use opens it again. */
  readonly onEnd: () => void;
}

export function openDatabase({
  factory,
  name,
  version,
  stores,
  onEnd,
}: DatabaseOptions): Promise<IDBDatabase> {
  const request = factory.open(name, version);
  request.onupgradeneeded = () => {
    for (const store of stores) request.result.createObjectStore(store);
  };
  const opened = answerOf(request);
  opened.then((database) => {
    database.onversionchange = () => {
      database.close();
      onEnd();
    };
    database.onclose = onEnd;
  }, onEnd);
  return opened;
}

export function answerOf<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
