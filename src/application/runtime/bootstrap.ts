import { parseCommand } from './command.ts';
import type { Environment } from './config/load-config.ts';
import { help } from './help.ts';
import { VERSION } from './package-root.ts';

/**
 * What the process ends with: 0 done, 1 the start, the stop or the command failed, 2 wrong arguments or configuration, or
 * something is wrong with some documents.
 */
export type ExitCode = 0 | 1 | 2;

/** Runs the command that `argv` (as `process.argv`) asks for; a server until a signal stops it. */
export async function bootstrap(environment: Environment, argv: readonly string[]): Promise<ExitCode> {
  const command = parseCommand(argv.slice(2));
  switch (command.kind) {
    case 'help':
      process.stdout.write(help());
      return 0;
    case 'version':
      process.stdout.write(`${VERSION}\n`);
      return 0;
    // Each loads what it needs, and no more: a server takes a second of a processor to load.
    case 'token': {
      const { printToken } = await import('./token-command.ts');
      return printToken(command.options, environment);
    }
    case 'maintain': {
      const { maintain } = await import('./commands/maintain.ts');
      return maintain(command.what, environment);
    }
    case 'unknown':
      process.stderr.write(`${command.problem} Try --help.\n`);
      return 2;
    case 'serve': {
      const { serve } = await import('./serve.ts');
      return serve(environment);
    }
  }
}
