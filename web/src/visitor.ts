import { isColour } from './colour.ts';

/** What others see of a visitor. `color` is spelled as the awareness field that Yjs editors share. */
export type Visitor = { readonly name: string; readonly color: string };

/** Characters (UTF-16 code units) of a name that are shown. */
export const NAME_LIMIT = 40;

/** Reads a visitor from what a stranger or an older page wrote; nothing of it can be trusted to be well-formed. */
export function visitorFrom(value: unknown): Visitor | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { name, color } = value as Record<string, unknown>;
  if (typeof name !== 'string' || !isColour(color)) return undefined;
  const trimmed = name.trim().slice(0, NAME_LIMIT);
  return trimmed ? { name: trimmed, color } : undefined;
}
