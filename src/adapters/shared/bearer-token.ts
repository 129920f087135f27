/** RFC 6750, section 2.1; schemes are case-insensitive. */
const SCHEME = /^Bearer +/i;

/** The token of an `Authorization` header; none where it has another scheme, or holds a space. */
export function bearerToken(header: string | undefined): string | undefined {
  const scheme = header === undefined ? undefined : SCHEME.exec(header)?.[0];
  if (header === undefined || scheme === undefined) return undefined;
  const token = header.slice(scheme.length).trimEnd();
  return token === '' || /\s/.test(token) ? undefined : token;
}
