import { Editor } from '@tiptap/core';
import { Collaboration } from '@tiptap/extension-collaboration';
import { CollaborationCaret } from '@tiptap/extension-collaboration-caret';
import { Placeholder } from '@tiptap/extensions';
import { StarterKit } from '@tiptap/starter-kit';
import type { WebSocketProvider } from '@yjs-collaboration/client';
import { renderCaret, renderSelection } from './caret.ts';
import type { Visitor } from './visitor.ts';

/** Read-only until `setEditable(true)`: what is typed before the document has loaded would land above its content. */
export function createEditor(element: HTMLElement, provider: WebSocketProvider, visitor: Visitor): Editor {
  return new Editor({
    element,
    editable: false,
    injectCSS: false,
    extensions: [
      // Undo belongs to Collaboration, which leaves the edits of others alone. A trailing node would be an edit that
      // nobody made, once in every window.
      StarterKit.configure({ undoRedo: false, trailingNode: false, heading: { levels: [1, 2, 3] } }),
      Placeholder.configure({ placeholder: 'Write something. Everyone with the link sees it as you type.' }),
      Collaboration.configure({ document: provider.doc, provider }),
      CollaborationCaret.configure({
        provider,
        user: visitor,
        render: renderCaret,
        selectionRender: renderSelection,
      }),
    ],
    editorProps: {
      attributes: {
        'data-testid': 'editor',
        role: 'textbox',
        'aria-multiline': 'true',
        'aria-label': 'Document',
      },
    },
  });
}
