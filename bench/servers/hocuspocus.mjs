// Hocuspocus as its documentation starts it: its defaults, and its own SQLite extension where that installs.
import { Server } from '@hocuspocus/server';

const extensions = [];
if (process.env.DATABASE !== undefined && process.env.DATABASE !== '') {
  const { SQLite } = await import('@hocuspocus/extension-sqlite');
  extensions.push(new SQLite({ database: process.env.DATABASE }));
}

const server = new Server({ address: '127.0.0.1', port: Number(process.env.PORT), quiet: true, extensions });
await server.listen();
