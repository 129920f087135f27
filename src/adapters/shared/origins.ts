/** Which web pages may talk to the server, as `ALLOWED_ORIGINS` has it. */
export class Origins {
  readonly #any: boolean;
  readonly #exact: ReadonlySet<string>;
  readonly #suffixes: readonly { readonly scheme: string; readonly suffix: string; readonly port: string }[];

  /**
   * @param allowed origins such as `https://app.example.org`, with `*.` before a host for all its subdomains, or `*`;
   * none: every origin
   */
  constructor(allowed: readonly string[]) {
    this.#any = allowed.length === 0 || allowed.includes('*');
    this.#exact = new Set(allowed.filter((each) => !each.includes('*')));
    this.#suffixes = allowed.flatMap((each) => {
      const parts = /^([a-z][a-z0-9+.-]*:\/\/)\*(\.[^:/]+)(:\d+)?$/.exec(each);
      return parts === null ? [] : [{ scheme: parts[1] ?? '', suffix: parts[2] ?? '', port: parts[3] ?? '' }];
    });
  }

  /** @param origin the `Origin` header; programs that are no browsers send none, and could send any */
  allows(origin: string | undefined): boolean {
    if (origin === undefined || this.#any || this.#exact.has(origin)) return true;
    return this.#suffixes.some(({ scheme, suffix, port }) => {
      if (!origin.startsWith(scheme) || !origin.endsWith(suffix + port)) return false;
      const subdomain = origin.slice(scheme.length, origin.length - suffix.length - port.length);
      return /^[a-z0-9-]+(\.[a-z0-9-]+)*$/i.test(subdomain);
    });
  }

  /** `Access-Control-Allow-Origin` for a request; none where the page may not read the answer. */
  headerFor(origin: string | undefined): string | undefined {
    if (this.#any) return '*';
    return origin !== undefined && this.allows(origin) ? origin : undefined;
  }
}
