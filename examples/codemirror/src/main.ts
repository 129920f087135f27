import './style.css';
import { javascript } from '@codemirror/lang-javascript';
import { Compartment, EditorState } from '@codemirror/state';
import { EditorView } from '@codemirror/view';
import { WebSocketProvider } from '@yjs-collaboration/client';
import { basicSetup } from 'codemirror';
import { yCollab } from 'y-codemirror.next';
import * as Y from 'yjs';
import { visitor } from './visitor.ts';

const doc = new Y.Doc();
const text = doc.getText('code');
const provider = new WebSocketProvider({
  url: new URL('/ws', location.href).href,
  document: new URLSearchParams(location.search).get('document') ?? 'examples/code',
  doc,
  user: visitor(),
});

const writing = new Compartment();
const view = new EditorView({
  parent: document.querySelector('#editor') ?? document.body,
  extensions: [
    basicSetup,
    javascript(),
    EditorView.lineWrapping,
    yCollab(text, provider.awareness),
    // What is typed before the document is here would land above its content.
    writing.of(EditorState.readOnly.of(true)),
  ],
});

provider.whenSynced.then(
  () => setReadOnly(false),
  (error: Error) => show(error.message),
);

provider.on('saved', showSaved);
provider.on('status', showSaved);
provider.on('synced', showSaved);
provider.on('error', ({ kind, message }) => {
  if (kind === 'read-only') setReadOnly(true);
  show(message);
});
provider.awareness.on('change', showPeople);
showPeople();

function setReadOnly(readOnly: boolean): void {
  view.dispatch({ effects: writing.reconfigure(EditorState.readOnly.of(readOnly)) });
}

function showSaved(): void {
  if (provider.saved) show(provider.synced ? 'Saved' : 'Connecting…');
  else show(provider.status === 'connected' ? 'Saving…' : 'Offline, kept in this tab');
}

function show(line: string): void {
  const saved = document.querySelector('#saved');
  if (saved !== null) saved.textContent = line;
}

function showPeople(): void {
  const people = [...provider.awareness.getStates().values()].map(({ user }) => {
    const item = document.createElement('li');
    item.textContent = user?.name ?? 'Somebody';
    item.style.setProperty('--colour', user?.color ?? 'gray');
    return item;
  });
  document.querySelector('#people')?.replaceChildren(...people);
}
