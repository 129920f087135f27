/** A database cannot be reached, or does not take connections yet: it may later. */
export class StoreUnreachable extends Error {
  /** @param url with or without a password, which is not shown */
  constructor(url: string, cause: unknown) {
    const why = cause instanceof Error ? cause.message : String(cause);
    super(`The database ${withoutSecrets(url)} of STORE_URL cannot be reached: ${why}`, { cause });
    this.name = 'StoreUnreachable';
  }
}

/** Where a database is: no user, no password, and none of the parameters, which may hold another. */
export function withoutSecrets(url: string): string {
  return url.replace(/[?#].*$/, '').replace(/\/\/[^/]*@/, '//');
}
