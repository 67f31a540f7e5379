import { openRegistry } from '../../src/store/postgres/registry.ts';
import { sharedPostgres } from '../support/postgres.ts';
import { registryContract } from './registry.ts';

const key = Buffer.alloc(32, 7);

registryContract('PostgreSQL', async () => {
  const server = await sharedPostgres();
  const url = await server.createDatabase();
  const hub = openRegistry(url, () => key);
  const command = openRegistry(url, () => key);
  return {
    hub,
    command,
    async [Symbol.asyncDispose]() {
      hub.close();
      command.close();
    },
  };
});
