import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { atEnd } from '../support/clean-up.ts';
import { withDeadline } from '../support/inbox.ts';
import { PACKAGE_ROOT } from '../support/package-root.ts';

/** An example, started as its README says. Ends with the test. */
export class ExampleProgram {
  readonly exit: Promise<unknown>;
  readonly #child: ChildProcess;
  #printed = '';

  constructor(name: string, args: readonly string[], environment: Readonly<Record<string, string>> = {}) {
    const command = ['start', '--workspace', `examples/${name}`, '--', ...args];
    this.#child = spawn('npm', command, {
      cwd: PACKAGE_ROOT,
      env: { ...process.env, NO_COLOR: '1', ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
      // npm starts a shell that starts the program: a group of their own.
      detached: true,
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.on('data', (chunk: Buffer) => {
        this.#printed += chunk;
      });
    }
    this.exit = once(this.#child, 'exit');
    atEnd(async () => {
      this.signal('SIGKILL');
      await this.exit;
    });
  }

  /** Resolves with the match once the program has printed it. */
  async printed(pattern: RegExp): Promise<RegExpExecArray> {
    return withDeadline<RegExpExecArray>(
      () => `The example never printed ${pattern}: ${this.#printed}`,
      (resolve) => {
        const check = () => {
          const found = pattern.exec(this.#printed);
          if (found !== null) resolve(found);
        };
        for (const stream of [this.#child.stdout, this.#child.stderr]) stream?.on('data', check);
        check();
      },
    );
  }

  signal(signal: NodeJS.Signals): void {
    const { pid, exitCode, signalCode } = this.#child;
    if (pid === undefined || exitCode !== null || signalCode !== null) return;
    try {
      process.kill(-pid, signal);
    } catch {
      // It has just ended by itself.
    }
  }
}
