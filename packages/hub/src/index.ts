// The package's one entry for code: the hub, to run inside another program or a test. The command line is `carillon`.
// Everything else in this package may change with any version.
export { type Config, readConfig } from './config/config.ts';
export { ConfigError } from './config/problem.ts';
export { type Hub, type HubOptions, openHub } from './hub/open-hub.ts';
