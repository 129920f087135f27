import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { PACKAGE_ROOT } from './package-root.ts';

const MAIN = join(PACKAGE_ROOT, 'dist/main.js');
const DOORS = ['gRPC is served', 'HTTP and WebSockets are served'] as const;

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

interface LogLine {
  readonly msg: string;
  readonly port?: number;
}

/** The built server as a process of its own, on free ports of the loopback. */
export class ServerProcess {
  readonly exit: Promise<Exit>;
  readonly #child: ChildProcess;
  readonly #lines: LogLine[] = [];
  readonly #waiting = new Set<{ readonly msg: string; readonly seen: (line: LogLine) => void }>();
  #output = '';
  #httpPort = 0;
  #grpcPort = 0;

  private constructor(environment: Readonly<Record<string, string>>) {
    const env = { ...process.env, HTTP_ADDR: '127.0.0.1:0', GRPC_ADDR: '127.0.0.1:0', ...environment };
    const child = spawn(process.execPath, [MAIN], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    this.#child = child;
    this.exit = once(child, 'exit').then(([code, signal]) => ({ code, signal }));
    child.stderr.on('data', (chunk: Buffer) => {
      this.#output += chunk;
    });
    createInterface({ input: child.stdout }).on('line', (line) => this.#read(line));
  }

  /** Starts without waiting until it listens. */
  static spawn(environment: Readonly<Record<string, string>>): ServerProcess {
    return new ServerProcess(environment);
  }

  /** @throws Error with what the process printed, when it ends instead of listening */
  static async start(environment: Readonly<Record<string, string>>): Promise<ServerProcess> {
    const server = new ServerProcess(environment);
    const failed = server.exit.then(({ code, signal }) => {
      throw new Error(`The server ended with ${code ?? signal} before it listened:\n${server.output}`);
    });
    const [grpc, http] = await Promise.race([Promise.all(DOORS.map((door) => server.logged(door))), failed]);
    server.#grpcPort = grpc?.port ?? 0;
    server.#httpPort = http?.port ?? 0;
    return server;
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  get httpUrl(): string {
    return `http://127.0.0.1:${this.#httpPort}`;
  }

  get wsUrl(): string {
    return `ws://127.0.0.1:${this.#httpPort}`;
  }

  get grpcAddress(): string {
    return `127.0.0.1:${this.#grpcPort}`;
  }

  /** All that it has printed. */
  get output(): string {
    return this.#output;
  }

  /** Resolves when this message is logged, or at once when it was. */
  logged(msg: string): Promise<LogLine> {
    const earlier = this.#lines.find((line) => line.msg === msg);
    if (earlier !== undefined) return Promise.resolve(earlier);
    return new Promise((resolve) => this.#waiting.add({ msg, seen: resolve }));
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** No goodbye: what is not on disk is gone. */
  async kill(): Promise<void> {
    this.signal('SIGKILL');
    await this.exit;
  }

  #read(text: string): void {
    this.#output += `${text}\n`;
    if (!text.startsWith('{')) return;
    const line = JSON.parse(text) as LogLine;
    this.#lines.push(line);
    for (const waiting of this.#waiting) {
      if (waiting.msg !== line.msg) continue;
      this.#waiting.delete(waiting);
      waiting.seen(line);
    }
  }
}
