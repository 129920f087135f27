import { checkDocuments, type Damage } from '../../moving/check-documents.ts';
import type { ExitCode } from '../bootstrap.ts';
import type { Maintenance } from './maintenance-options.ts';
import { type StoreServices, storeAt } from './store-at.ts';
import { progressOn } from './terminal-progress.ts';

type Check = Extract<Maintenance, { readonly kind: 'check' }>;

/** Checks a store: 0 all is whole, 2 something is damaged. @throws Error where it cannot be checked */
export async function checkStore({ from, output }: Check, services: StoreServices): Promise<ExitCode> {
  const log = await storeAt(from, 'existing', services);
  try {
    let damaged = 0;
    const report = (damage: Damage) => {
      damaged++;
      if (output === 'json') print(damage);
    };
    const documents = await checkDocuments(log, progressOn(process.stderr), report);
    if (output === 'json') print({ documents, damaged });
    else process.stdout.write(`${documents} documents checked, ${damaged} damaged\n`);
    return damaged === 0 ? 0 : 2;
  } finally {
    await log.close();
  }
}

function print(value: object): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}
