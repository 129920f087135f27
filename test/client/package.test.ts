import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'vite';
import { describe, expect, it } from 'vitest';
import { PACKAGE_ROOT } from '../support/package-root.ts';

const CLIENT = join(PACKAGE_ROOT, 'client');

const read = (path: string) => readFileSync(join(PACKAGE_ROOT, path), 'utf8');

/** The modules that a bundle of this program is made of, and its code. */
async function bundle(program: string): Promise<{ readonly modules: readonly string[]; readonly code: string }> {
  const entry = 'virtual:program';
  const output = await build({
    configFile: false,
    root: PACKAGE_ROOT,
    logLevel: 'error',
    plugins: [
      {
        name: 'program',
        resolveId: (id) => (id === entry ? join(PACKAGE_ROOT, 'program.js') : undefined),
        load: (id) => (id === join(PACKAGE_ROOT, 'program.js') ? program : undefined),
      },
    ],
    build: { write: false, target: 'esnext', minify: false, rollupOptions: { input: entry } },
  });
  const [first] = Array.isArray(output) ? output : [output];
  const chunk = first !== undefined && 'output' in first ? first.output[0] : undefined;
  return { modules: Object.keys(chunk?.modules ?? {}), code: chunk?.code ?? '' };
}

describe('the package', () => {
  it('[SDK17] a browser bundle holds nothing of gRPC or Node', async () => {
    const { modules } = await bundle(
      `import { WebSocketProvider } from '@yjs-collaboration/client'; globalThis.Provider = WebSocketProvider;`,
    );
    const own = modules.filter((id) => id.includes('client/dist'));
    expect(own.some((id) => id.endsWith('websocket-provider.js'))).toBe(true);
    expect(own.filter((id) => id.includes('/grpc'))).toEqual([]);
    expect(modules.filter((id) => /grpc|protobuf|node:|__vite-browser-external/.test(id))).toEqual([]);
  });

  it('[SDK17] a bundle that imports the error alone holds no provider', async () => {
    const { modules, code } = await bundle(
      `import { ProviderError } from '@yjs-collaboration/client'; globalThis.isRefusal = (e) => e instanceof ProviderError;`,
    );
    expect(modules.filter((id) => id.includes('client/dist')).map((id) => id.split('/').at(-1))).toEqual([
      'provider-error.js',
    ]);
    expect(code).not.toContain('WebSocket');
  });

  it('[SDK17] the browser entry imports nothing of Node', () => {
    const sources = ['core', 'websocket'].flatMap((folder) =>
      readdirSync(join(CLIENT, 'src', folder)).map((file) => read(`client/src/${folder}/${file}`)),
    );
    for (const source of sources) expect(source).not.toMatch(/from '(node:|@grpc)/);
  });

  it('[SDK18] ships the protocol and the license of the server', () => {
    expect(read('client/idl/collaboration.proto')).toBe(read('idl/collaboration.proto'));
    expect(read('client/LICENSE')).toBe(read('LICENSE'));
  });

  it('[SDK18] has the version of the server, and what its dependents ask for', () => {
    const [server, client] = ['package.json', 'client/package.json'].map((path) => JSON.parse(read(path)));
    expect([client.version, client.license, client.engines]).toEqual([server.version, server.license, server.engines]);
    for (const name of ['web', 'examples/tiptap', 'examples/codemirror', 'examples/node-bot']) {
      const { dependencies, devDependencies } = JSON.parse(read(`${name}/package.json`));
      expect({ ...dependencies, ...devDependencies }['@yjs-collaboration/client']).toBe(client.version);
    }
  });
});
