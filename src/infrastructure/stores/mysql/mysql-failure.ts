import { SqlFailure, type SqlFailureKind } from '../sql/sql-database.ts';

/** Deadlock, a key that another transaction has just made, and a row that has changed since the snapshot. */
const GIVEN_UP = [1213, 1062, 1020];
/** Shutting down, too many connections, and a connection that was killed. */
const AWAY = [1053, 1040, 1927, 1317];

export function mysqlFailure(cause: unknown): SqlFailure {
  if (cause instanceof SqlFailure) return cause;
  const why = cause instanceof Error ? cause.message || codeOf(cause) : String(cause);
  return new SqlFailure(kindOf(cause), `MySQL: ${why}`, cause);
}

function kindOf(cause: unknown): SqlFailureKind {
  // Only what the server said has a state; all else is the connection's.
  if (!(cause instanceof Error) || !('errno' in cause) || !('sqlState' in cause) || !cause.sqlState) return 'lost';
  const errno = Number(cause.errno);
  if (AWAY.includes(errno)) return 'lost';
  return GIVEN_UP.includes(errno) ? 'retry' : 'refused';
}

/** Node says nothing but a code where a host has several addresses and none of them answers. */
function codeOf(cause: Error): string {
  return 'code' in cause ? String(cause.code) : cause.name;
}
