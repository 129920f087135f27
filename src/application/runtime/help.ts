import { KEYS } from './config/keys.ts';

/** What `--help` prints. */
export function help(): string {
  const keys = Object.entries(KEYS).map(
    ([name, { fallback, about, allowed }]) =>
      `  ${name}\n      ${about}\n      ${allowed}; default: ${fallback || '(empty)'}\n`,
  );
  return `Usage: yjs-collaboration-server [serve]
       yjs-collaboration-server token --sub USER [options]
       yjs-collaboration-server import --from KIND SOURCE [--to STORE]
       yjs-collaboration-server export [--from STORE] [--readable-part] FOLDER | --tar FILE
       yjs-collaboration-server copy --from STORE --to STORE [--readable-part]
       yjs-collaboration-server check [--from STORE] [--json]
       yjs-collaboration-server delete [--from STORE] ID...

Runs the collaboration server until SIGTERM or SIGINT, makes a token for trying out authentication, or works on a store.

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

A KIND is y-leveldb, hocuspocus-sqlite, y-redis-postgres or files; a STORE the URL of a database or the folder of an embedded
store, the configured one where it is missing. docs/moving.md says more.

Configuration: environment variables, or the same keys in a YAML file that CONFIG_FILE names; the environment wins.

${keys.join('')}`;
}
