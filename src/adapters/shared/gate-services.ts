import type { Admission } from '../../application/admission/admission.ts';
import type { ClientAddresses } from './client-addresses.ts';
import type { Origins } from './origins.ts';

/** What a door asks before it lets somebody in. */
export interface GateServices {
  readonly admission: Admission;
  readonly addresses: ClientAddresses;
  readonly origins: Origins;
}
