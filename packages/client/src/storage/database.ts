// One IndexedDB database, as promises. It lets go of itself when a newer version of the page wants to change it, or when
// the browser takes it away.

export interface DatabaseOptions {
  readonly factory: IDBFactory;
  readonly name: string;
  readonly version: number;
  readonly stores: readonly string[];
  /** It is gone, or never opened: it is opened again at the next use. */
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
