import { DatabaseError } from 'pg';
import { SqlFailure, type SqlFailureKind } from '../sql/sql-database.ts';

/** Serialization failure, deadlock, and a key that another transaction has just made. */
const GIVEN_UP = ['40001', '40P01', '23505'];
/** Connection exceptions, and a server that shuts down or starts. */
const AWAY = /^(08...|57P0[1-5])$/;

export function postgresFailure(cause: unknown): SqlFailure {
  if (cause instanceof SqlFailure) return cause;
  const why = cause instanceof Error ? cause.message || cause.name : String(cause);
  return new SqlFailure(kindOf(cause), `PostgreSQL: ${why}`, cause);
}

function kindOf(cause: unknown): SqlFailureKind {
  if (!(cause instanceof DatabaseError) || cause.code === undefined || AWAY.test(cause.code)) return 'lost';
  return GIVEN_UP.includes(cause.code) ? 'retry' : 'refused';
}
