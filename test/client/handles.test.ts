import { execFile } from 'node:child_process';
import { createServer } from 'node:net';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { atEnd } from '../support/clean-up.ts';
import { PACKAGE_ROOT } from '../support/package-root.ts';
import { type RunningServer, startServer } from '../support/server.ts';

const run = promisify(execFile);

/** Runs a program with both providers, in a process that ends only when nothing is left to do. */
async function program(wsUrl: string, grpcAddress: string, body: string): Promise<string> {
  const code = `
    import { WebSocketProvider } from '@yjs-collaboration/client';
    import { GrpcProvider } from '@yjs-collaboration/client/grpc';
    import { WebSocket } from 'ws';
    import * as Y from 'yjs';
    const options = () => ({ document: 'd', doc: new Y.Doc(), user: { name: 'Ada' } });
    const providers = [
      new WebSocketProvider({ ...options(), url: '${wsUrl}/ws', WebSocket }),
      new GrpcProvider({ ...options(), url: '${grpcAddress}' }),
    ];
    ${body}
    for (const provider of providers) provider.destroy();
    console.log('destroyed');
  `;
  const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', code], {
    cwd: PACKAGE_ROOT,
    timeout: 10_000,
  });
  return stdout;
}

async function start(): Promise<RunningServer> {
  const server = await startServer();
  atEnd(() => server.stop());
  return server;
}

it('[SDK14] a process whose providers are destroyed ends', async () => {
  const { wsUrl, grpcAddress } = await start();
  const body = `
    for (const provider of providers) provider.doc.getText('t').insert(0, 'x');
    await Promise.all(providers.map((provider) => provider.whenSaved()));
  `;
  expect(await program(wsUrl, grpcAddress, body)).toBe('destroyed\n');
});

it('[SDK14] so does one whose providers have not connected yet, or wait to try again', async () => {
  const { wsUrl, grpcAddress } = await start();
  expect(await program(wsUrl, grpcAddress, '')).toBe('destroyed\n');
  const disconnected = `
    await Promise.all(providers.map((provider) => new Promise((resolve) => {
      provider.on('status', ({ status }) => { if (status === 'disconnected') resolve(); });
    })));
  `;
  const silent = createServer((socket) => socket.destroy()).listen(0, '127.0.0.1');
  atEnd(() => silent.close());
  await new Promise((resolve) => silent.once('listening', resolve));
  const { port } = silent.address() as { port: number };
  expect(await program(`ws://127.0.0.1:${port}`, `127.0.0.1:${port}`, disconnected)).toBe('destroyed\n');
});
