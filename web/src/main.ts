import './styles/base.css';
import './styles/header.css';
import './styles/toolbar.css';
import './styles/document.css';
import * as Y from 'yjs';
import { connect } from './connection.ts';
import { connectionView } from './connection-view.ts';
import { mountCopyLink } from './copy-link.ts';
import { documentFromAddress, sharedAddress, tokenFromAddress } from './document-name.ts';
import { createEditor } from './editor.ts';
import { mountIdentity } from './identity.ts';
import { inventUnlike } from './invented-visitor.ts';
import { keepVisitor, loadVisitor, rememberHere } from './kept-visitor.ts';
import { part } from './page.ts';
import { mountPeople, peopleIn } from './people.ts';
import { savedView } from './saved-view.ts';
import { mountToolbar } from './toolbar.ts';

const documentName = documentFromAddress();
const { visitor, fresh } = loadVisitor();
const showConnection = connectionView(part('connection', HTMLElement), part('connection-text', HTMLElement));
const provider = connect(new Y.Doc(), { document: documentName, token: tokenFromAddress() }, visitor, {
  connection: (state) => {
    showConnection(state);
    // What is typed now would be seen by nobody and lost with the tab.
    if (state === 'read-only') editor.setEditable(false);
  },
  saved: savedView(part('saved', HTMLElement), part('saved-spoken', HTMLElement)),
});
const awareness = provider.awareness;

const sheet = part('sheet', HTMLElement);
const editor = createEditor(sheet, provider, visitor);
mountToolbar(part('toolbar', HTMLElement), editor);
mountPeople(part('users', HTMLElement), awareness);
const showVisitor = mountIdentity(
  part('name', HTMLInputElement),
  part('colour', HTMLInputElement),
  visitor,
  (edited) => {
    keepVisitor(edited);
    awareness.setLocalStateField('user', edited);
  },
);
mountCopyLink(part('copy-link', HTMLButtonElement), part('copy-link-text', HTMLElement), sharedAddress(documentName));
part('document-name', HTMLElement).textContent = documentName;
document.title = `${documentName} – shared editor`;

provider.once('synced', () => {
  sheet.removeAttribute('aria-busy');
  editor.setEditable(true);
  if (editor.isEmpty) editor.commands.focus();
  if (fresh) standOut();
});

/** The others are known by now; somebody new takes a name and colour that none of them has. */
function standOut(): void {
  const others = peopleIn(awareness).filter(({ self }) => !self);
  const alike = others.some(({ name, color }) => name === visitor.name || color === visitor.color);
  if (!alike) return;
  const distinct = inventUnlike(others);
  rememberHere(distinct);
  awareness.setLocalStateField('user', distinct);
  showVisitor(distinct);
}
