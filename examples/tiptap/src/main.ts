import './style.css';
import { Editor } from '@tiptap/core';
import { Collaboration } from '@tiptap/extension-collaboration';
import { CollaborationCaret } from '@tiptap/extension-collaboration-caret';
import { StarterKit } from '@tiptap/starter-kit';
import { WebSocketProvider } from '@yjs-collaboration/client';
import * as Y from 'yjs';
import { visitor } from './visitor.ts';

const doc = new Y.Doc();
const provider = new WebSocketProvider({
  url: new URL('/ws', location.href).href,
  document: new URLSearchParams(location.search).get('document') ?? 'examples/tiptap',
  doc,
  user: visitor(),
});

const editor = new Editor({
  element: document.querySelector('#editor'),
  // What is typed before the document is here would land above its content.
  editable: false,
  extensions: [
    // Undo belongs to Collaboration, which leaves the edits of others alone.
    StarterKit.configure({ undoRedo: false, trailingNode: false }),
    Collaboration.configure({ document: doc }),
    CollaborationCaret.configure({ provider, user: visitor() }),
  ],
});

provider.whenSynced.then(
  () => editor.setEditable(true),
  (error: Error) => show(error.message),
);

provider.on('saved', showSaved);
provider.on('status', showSaved);
provider.on('synced', showSaved);
provider.on('error', ({ kind, message }) => {
  if (kind === 'read-only') editor.setEditable(false);
  show(message);
});
provider.awareness.on('change', showPeople);
showPeople();

function showSaved(): void {
  if (provider.saved) show(provider.synced ? 'Saved' : 'Connecting…');
  else show(provider.status === 'connected' ? 'Saving…' : 'Offline, kept in this tab');
}

function show(text: string): void {
  const saved = document.querySelector('#saved');
  if (saved !== null) saved.textContent = text;
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
