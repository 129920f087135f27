import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { endTree, signalTree } from './process-tree.mjs';
import { reapLater, reapNoMore } from './reaper.ts';
import { IDENTITY } from './run-as.ts';
import { type CutOff, TcpProxy } from './tcp-proxy.ts';
import { removeFolder } from './template.ts';

/** How one service is run. */
export interface Launch {
  /** Its own, writable. */
  readonly folder: string;
  readonly program: string;
  readonly args: readonly string[];
  /** The Unix socket in its folder that it listens on; it has no port of its own. */
  readonly socket: string;
  /** Part of the line that it prints when it takes connections. */
  readonly ready: string;
  /** What ends it soon and leaves nothing behind. */
  readonly endSignal: NodeJS.Signals;
}

/**
 * A service as a process of its own, behind a TCP port of the loopback that stays the same. It ends with the test process,
 * however that ends; `stop` is for ending it sooner.
 */
export class Service {
  readonly port: number;
  readonly folder: string;
  readonly #launch: Launch;
  readonly #proxy: TcpProxy;
  #child: ChildProcess | undefined;

  private constructor(launch: Launch, proxy: TcpProxy) {
    this.#launch = launch;
    this.#proxy = proxy;
    this.port = proxy.port;
    this.folder = launch.folder;
  }

  /** @throws Error with what it printed, when it ends instead of listening */
  static async start(launch: Launch): Promise<Service> {
    const service = new Service(launch, await TcpProxy.open(join(launch.folder, launch.socket)));
    try {
      await service.#spawn();
    } catch (error) {
      await service.stop();
      throw error;
    }
    return service;
  }

  get pid(): number {
    return this.#child?.pid ?? 0;
  }

  /** SIGKILL, to it and all it has started; resolves when none of it runs. New connections are refused. */
  async kill(): Promise<void> {
    await this.#proxy.cutOff('refused');
    await this.#end('SIGKILL');
  }

  /** On the same port and folder, after `kill`, or instead of it. Resolves when it takes connections. */
  async restart(): Promise<void> {
    await this.kill();
    await this.#spawn();
    await this.#proxy.reconnect();
  }

  /** SIGSTOP: connections stay and new ones open, but nothing is answered. */
  pause(): void {
    signalTree(this.pid, 'SIGSTOP');
  }

  resume(): void {
    signalTree(this.pid, 'SIGCONT');
  }

  /** Clients no longer reach it, while it runs on. */
  cutOff(how: CutOff): Promise<void> {
    return this.#proxy.cutOff(how);
  }

  reconnect(): Promise<void> {
    return this.#proxy.reconnect();
  }

  /** Ends it and removes its folder. */
  async stop(): Promise<void> {
    await this.#proxy.cutOff('refused');
    await this.#end(this.#launch.endSignal);
    removeFolder(this.folder);
  }

  async #spawn(): Promise<void> {
    const { folder, program, args, socket, ready, endSignal } = this.#launch;
    // Not each of them replaces the socket of one that was killed.
    rmSync(join(folder, socket), { force: true });
    const child = spawn(program, args, { ...IDENTITY, cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
    this.#child = child;
    if (child.pid !== undefined) reapLater(`process ${child.pid} ${endSignal}`);
    await listening(child, program, ready);
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child;
    if (child?.pid === undefined) return;
    this.#child = undefined;
    const isOver = child.exitCode !== null || child.signalCode !== null;
    const exited = isOver ? undefined : once(child, 'exit');
    endTree(child.pid, signal);
    await exited;
    reapNoMore(`process ${child.pid} ${this.#launch.endSignal}`);
  }
}

function listening(child: ChildProcess, program: string, ready: string): Promise<void> {
  const printed: string[] = [];
  return new Promise((resolve, reject) => {
    for (const input of [child.stdout, child.stderr]) {
      if (input === null) continue;
      createInterface({ input }).on('line', (line) => {
        if (printed.length < 1_000) printed.push(line);
        if (line.includes(ready)) resolve();
      });
    }
    child.once('error', reject);
    child.once('close', (code, signal) =>
      reject(new Error(`${program} ended with ${code ?? signal} before it was ready:\n${printed.join('\n')}`)),
    );
  });
}
