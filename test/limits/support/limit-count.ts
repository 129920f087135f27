/** How often a limit was reached, as an operator sees it. */
export async function limitCount({ httpUrl }: { readonly httpUrl: string }, limit: string): Promise<number> {
  const text = await (await fetch(`${httpUrl}/metrics`)).text();
  return Number(new RegExp(`^collaboration_limit_reached_total\\{limit="${limit}"\\} (\\d+)$`, 'm').exec(text)?.[1]);
}
