import type { Logger } from '../../src/application/ports/logger.ts';
import { loadConfig } from '../../src/application/runtime/config/load-config.ts';
import { createServer, type Overrides, type Server } from '../../src/application/runtime/container.ts';
import { WorkerCompactor } from '../../src/infrastructure/compaction/worker-compactor.ts';
import { WorkerDocumentHost } from '../../src/infrastructure/hosting/worker-document-host.ts';
import { MemoryUpdateLog } from '../../src/infrastructure/stores/memory/memory-update-log.ts';

/** A server in this process, on free ports of the loopback. */
export interface RunningServer {
  readonly httpUrl: string;
  /** `ws://host:port`, without a path. */
  readonly wsUrl: string;
  /** `host:port` */
  readonly grpcAddress: string;
  readonly logs: readonly LogLine[];
  stop(): Promise<void>;
}

interface LogLine {
  readonly level: string;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly message: string;
}

/** The compiled workers: a thread cannot load TypeScript sources. */
const builtCompactor = () =>
  new WorkerCompactor(new URL('../../dist/infrastructure/compaction/compaction-worker.js', import.meta.url));

const builtHost = () =>
  new WorkerDocumentHost(new URL('../../dist/infrastructure/hosting/host-worker.js', import.meta.url));

export async function startServer(
  environment: Readonly<Record<string, string>> = {},
  overrides: Overrides = {},
): Promise<RunningServer> {
  const logs: LogLine[] = [];
  const settings = loadConfig({
    HTTP_ADDR: '127.0.0.1:0',
    GRPC_ADDR: '127.0.0.1:0',
    STORE_URL: 'memory:',
    ...environment,
  });
  const inMemory = settings.STORE_URL === 'memory:' ? { log: new MemoryUpdateLog() } : {};
  const server: Server = await createServer(settings, recorder(logs), {
    ...inMemory,
    compactor: builtCompactor(),
    worker: builtCompactor(),
    host: builtHost(),
    ...overrides,
  });
  await server.lifecycle.start();
  const http = server.http?.bound;
  const grpc = server.grpc?.bound;
  return {
    httpUrl: `http://127.0.0.1:${http?.port}`,
    wsUrl: `ws://127.0.0.1:${http?.port}`,
    grpcAddress: `127.0.0.1:${grpc?.port}`,
    logs,
    stop: async () => {
      const failures = await server.lifecycle.stop();
      if (failures.length > 0) throw new AggregateError(failures, 'The server did not stop cleanly');
    },
  };
}

function recorder(logs: LogLine[]): Logger {
  const at = (level: string) => (fields: Readonly<Record<string, unknown>>, message: string) => {
    logs.push({ level, fields, message });
  };
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}
