// What only Node has, as an entry of its own, since it imports Node's modules: a storage in files.
// Pass it to `connectHub` as `storage`.
export { type FileStorageOptions, openFileStorage } from './storage/file.ts';
