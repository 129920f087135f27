import type { ExitCode } from '../bootstrap.ts';
import type { Maintenance } from './maintenance-options.ts';
import { type StoreServices, storeAt } from './store-at.ts';

type Delete = Extract<Maintenance, { readonly kind: 'delete' }>;

/** Deletes documents for good, damaged ones too; one that is not stored is no error. @throws Error of the store */
export async function deleteFromStore({ from, documents }: Delete, services: StoreServices): Promise<ExitCode> {
  const log = await storeAt(from, 'existing', services);
  try {
    for (const id of documents) {
      await log.delete(id);
      process.stderr.write(`${JSON.stringify(id.value)} is deleted\n`);
    }
    return 0;
  } finally {
    await log.close();
  }
}
