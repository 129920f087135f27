import { KEYS } from './config/keys.ts';

/** What `--help` prints. */
export function help(): string {
  const keys = Object.entries(KEYS).map(
    ([name, { fallback, about, allowed }]) =>
      `  ${name}\n      ${about}\n      ${allowed}; default: ${fallback || '(empty)'}\n`,
  );
  return `Usage: yjs-collaboration-server [serve]
       yjs-collaboration-server token --sub USER [options]

Runs the collaboration server until SIGTERM or SIGINT, or makes a token for trying out authentication.

  --help, -h      this text
  --version, -v   the version

token prints a token that is signed with AUTH_SECRET, or with the first secret in AUTH_SECRET_FILE:

  --sub USER          whose it is
  --name NAME         what the user is shown as
  --color COLOUR      the user's colour, as in CSS
  --document PATTERN  which documents: * within a segment of the path, ** anything; may be repeated; default: **
  --access ACCESS     read, write or delete; default: write
  --expires TIME      a number and s, m, h or d; default: 1h
  --private-key FILE  signs with this PEM file instead
  --key-id ID         the id of the key, for the header of the token

Configuration: environment variables, or the same keys in a YAML file that CONFIG_FILE names; the environment wins.

${keys.join('')}`;
}
