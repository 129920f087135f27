import { documents } from './documents.mjs';
import { eventLoop } from './event-loop.mjs';
import { fanout } from './fanout.mjs';
import { grpcFanout } from './grpc-fanout.mjs';
import { ingest } from './ingest.mjs';
import { coldJoins, currentJoins } from './joins.mjs';
import { largeDocument } from './large-document.mjs';
import { memoryConnections } from './memory-connections.mjs';
import { memoryDocuments } from './memory-documents.mjs';
import { opening } from './opening.mjs';
import { paced } from './paced.mjs';

/**
 * @typedef {object} Metric
 * @property {string} key in the figures that `run` returns
 * @property {string} title
 * @property {string} unit
 * @property {'lower' | 'higher' | 'neither'} better `neither` only explains other figures and gets no ratio
 */

/**
 * One row group of the table. A new one is a file like its neighbours and a line below.
 * @typedef {object} Scenario
 * @property {string} id `--only` takes any prefix of it
 * @property {string} title
 * @property {number} timeoutSeconds for one run against one server, start to end
 * @property {Metric[]} metrics
 * @property {(server: import('../servers/catalogue.mjs').Server) => boolean} appliesTo
 * @property {(context: import('../lib/load.mjs').Context) => Promise<Record<string, number>>} run
 * @property {Target[]} [targets] what `--check` holds this server to
 * @property {string} [note] what a reader of the report must know
 * @property {Record<string, Record<string, string>>} [environment] more for a server, by its id
 * @property {() => Promise<{ environment: Record<string, string>, stop: () => Promise<void> }>} [services]
 *   starts what the servers of one run need beside them; `environment` tells them where it is
 * @property {() => void} [prepare] makes what the scenario is fed, before anything is measured
 */

/**
 * For `--check`. A `ratio` is this server : `against`, a `difference` this server − `against` in the metric's unit, both
 * taken within each round, and the median over the rounds is bounded. An `absolute` target bounds this server alone, in the
 * metric's unit, in every round. One of the two bounds is given.
 * @typedef {'best-peer' | 'hocuspocus' | 'relay'} Rival
 * @typedef {{ metric: string, atMost?: number, atLeast?: number }} Bound
 * @typedef {Bound & ({ kind: 'ratio' | 'difference', against: Rival } | { kind: 'absolute' })} Target
 */

/** @type {Scenario[]} */
export const scenarios = [
  fanout({ readers: 100, writers: 1 }),
  fanout({ readers: 100, writers: 10 }),
  fanout({ readers: 500, writers: 1 }),
  fanout({ readers: 500, writers: 10 }),
  paced,
  documents,
  ingest,
  coldJoins,
  currentJoins,
  memoryConnections,
  memoryDocuments,
  largeDocument,
  eventLoop,
  opening,
  grpcFanout,
];
