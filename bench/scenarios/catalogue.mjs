import { documents } from './documents.mjs';
import { fanout } from './fanout.mjs';
import { ingest } from './ingest.mjs';
import { coldJoins, currentJoins } from './joins.mjs';
import { memoryConnections } from './memory-connections.mjs';
import { memoryDocuments } from './memory-documents.mjs';
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
 * @property {Target[]} [targets]
 */

/**
 * For `--check`: the median of the ratios this server : `against`, taken within each round, may be at most `atMost`
 * (or at least `atLeast`).
 * @typedef {{ metric: string, against: 'best-peer' | 'hocuspocus' | 'relay', atMost?: number, atLeast?: number }} Target
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
];
