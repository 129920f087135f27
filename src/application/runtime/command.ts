import { type Maintenance, parseMaintenance } from './commands/maintenance-options.ts';
import { parseTokenOptions, type TokenOptions } from './token-options.ts';

/** What the command line asks for. */
export type Command =
  | { readonly kind: 'serve' }
  | { readonly kind: 'help' }
  | { readonly kind: 'version' }
  | { readonly kind: 'token'; readonly options: TokenOptions }
  | { readonly kind: 'maintain'; readonly what: Maintenance }
  | { readonly kind: 'unknown'; readonly problem: string };

/** Reads the arguments behind the program's name. */
export function parseCommand(args: readonly string[]): Command {
  const [first, ...rest] = args;
  if (first === undefined || (first === 'serve' && rest.length === 0)) return { kind: 'serve' };
  if (args.includes('--help') || args.includes('-h')) return { kind: 'help' };
  if (args.includes('--version') || args.includes('-v')) return { kind: 'version' };
  try {
    if (first === 'token') return { kind: 'token', options: parseTokenOptions(rest) };
    const what = parseMaintenance(first, rest);
    if (what !== undefined) return { kind: 'maintain', what };
  } catch (cause) {
    return { kind: 'unknown', problem: cause instanceof Error ? cause.message : String(cause) };
  }
  return { kind: 'unknown', problem: `Unknown argument: ${JSON.stringify(rest[0] ?? first)}.` };
}
