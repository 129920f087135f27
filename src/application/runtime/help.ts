import { KEYS } from './config/keys.ts';

/** What `--help` prints. */
export function help(): string {
  const keys = Object.entries(KEYS).map(
    ([name, { fallback, about, allowed }]) =>
      `  ${name}\n      ${about}\n      ${allowed}; default: ${fallback || '(empty)'}\n`,
  );
  return `Usage: yjs-collaboration-server [serve]

Runs the collaboration server until SIGTERM or SIGINT.

  --help, -h      this text
  --version, -v   the version

Configuration: environment variables, or the same keys in a YAML file that CONFIG_FILE names; the environment wins.

${keys.join('')}`;
}
