/**
 * A bot that writes beside people: wherever a sum ends with "=", it writes the result.
 * Usage: npm start -- [document] [host:port]
 */
import { GrpcProvider } from '@yjs-collaboration/client/grpc';
import * as Y from 'yjs';
import { nextAnswer } from './sums.mjs';

const [document = 'examples/code', url = 'localhost:8081'] = process.argv.slice(2);
const doc = new Y.Doc();
const text = doc.getText('code');
const provider = new GrpcProvider({ url, document, doc, user: { name: 'Calculator', color: '#7c3aed' } });

provider.on('error', ({ message, outcome }) => {
  console.error(message);
  if (outcome === 'stops') void stop();
});

await provider.whenSynced;
console.log(`Calculating in ${document}`);
text.observe(answerAll);
answerAll();

for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => void stop());

function answerAll() {
  for (let next = nextAnswer(text.toString()); next !== undefined; next = nextAnswer(text.toString())) {
    text.insert(next.at, next.answer);
    pointTo(next.at + next.answer.length);
  }
}

/** Shows the others where it writes, as their editors do. @param {number} at */
function pointTo(at) {
  const position = Y.createRelativePositionFromTypeIndex(text, at);
  provider.awareness.setLocalStateField('cursor', { anchor: position, head: position });
}

/** Everything it wrote is on the server's disk before it goes. */
async function stop() {
  if (provider.status === 'connected') await provider.whenSaved();
  provider.destroy();
}
