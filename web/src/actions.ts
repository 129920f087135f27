import type { Editor } from '@tiptap/core';

/** `active` is missing for what is done once (undo) and not switched on. */
export type Action = {
  readonly id: string;
  readonly label: string;
  readonly keys: string;
  run(editor: Editor): void;
  active?(editor: Editor): boolean;
  possible(editor: Editor): boolean;
};

const always = () => true;

const heading = (level: 1 | 2 | 3): Action => ({
  id: `heading-${level}`,
  label: `Heading ${level}`,
  keys: `Mod+Alt+${level}`,
  run: (editor) => editor.chain().focus().toggleHeading({ level }).run(),
  active: (editor) => editor.isActive('heading', { level }),
  possible: always,
});

export const ACTION_GROUPS: readonly (readonly Action[])[] = [
  [
    {
      id: 'undo',
      label: 'Undo',
      keys: 'Mod+Z',
      run: (editor) => editor.chain().focus().undo().run(),
      possible: (editor) => editor.can().undo(),
    },
    {
      id: 'redo',
      label: 'Redo',
      keys: 'Mod+Shift+Z',
      run: (editor) => editor.chain().focus().redo().run(),
      possible: (editor) => editor.can().redo(),
    },
  ],
  [heading(1), heading(2), heading(3)],
  [
    {
      id: 'bold',
      label: 'Bold',
      keys: 'Mod+B',
      run: (editor) => editor.chain().focus().toggleBold().run(),
      active: (editor) => editor.isActive('bold'),
      possible: (editor) => editor.can().toggleBold(),
    },
    {
      id: 'italic',
      label: 'Italic',
      keys: 'Mod+I',
      run: (editor) => editor.chain().focus().toggleItalic().run(),
      active: (editor) => editor.isActive('italic'),
      possible: (editor) => editor.can().toggleItalic(),
    },
    {
      id: 'code',
      label: 'Code',
      keys: 'Mod+E',
      run: (editor) => editor.chain().focus().toggleCode().run(),
      active: (editor) => editor.isActive('code'),
      possible: (editor) => editor.can().toggleCode(),
    },
  ],
  [
    {
      id: 'bullet-list',
      label: 'Bullet list',
      keys: 'Mod+Shift+8',
      run: (editor) => editor.chain().focus().toggleBulletList().run(),
      active: (editor) => editor.isActive('bulletList'),
      possible: always,
    },
    {
      id: 'ordered-list',
      label: 'Numbered list',
      keys: 'Mod+Shift+7',
      run: (editor) => editor.chain().focus().toggleOrderedList().run(),
      active: (editor) => editor.isActive('orderedList'),
      possible: always,
    },
    {
      id: 'quote',
      label: 'Quote',
      keys: 'Mod+Shift+B',
      run: (editor) => editor.chain().focus().toggleBlockquote().run(),
      active: (editor) => editor.isActive('blockquote'),
      possible: always,
    },
    {
      id: 'code-block',
      label: 'Code block',
      keys: 'Mod+Alt+C',
      run: (editor) => editor.chain().focus().toggleCodeBlock().run(),
      active: (editor) => editor.isActive('codeBlock'),
      possible: always,
    },
  ],
];
