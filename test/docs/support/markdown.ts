/** A fenced block of a document. */
export interface Block {
  readonly language: string;
  /** Of the comment before it: `<!-- run: json -->` has the kind `run` and the name `json`. */
  readonly marker: { readonly kind: string; readonly name: string } | undefined;
  readonly text: string;
}

const BLOCK = /(?:<!-- (\w+): (\w+) -->\n\n)?^```(\w*)\n(.*?)^```$/gms;

export function blocksOf(markdown: string): readonly Block[] {
  return [...markdown.matchAll(BLOCK)].map(([, kind, name, language = '', text = '']) => ({
    language,
    marker: kind === undefined || name === undefined ? undefined : { kind, name },
    text,
  }));
}

/** @throws Error when there is none */
export function markedBlock(markdown: string, kind: string, name: string): string {
  const block = blocksOf(markdown).find(({ marker }) => marker?.kind === kind && marker.name === name);
  if (block === undefined) throw new Error(`There is no block with <!-- ${kind}: ${name} -->.`);
  return block.text;
}

/** The levels of the headings, in order. */
export function headingLevels(markdown: string): readonly number[] {
  return [...withoutBlocks(markdown).matchAll(/^(#+) /gm)].map(([, hashes = '']) => hashes.length);
}

/** What links and pictures point to inside the project, without anchors. */
export function relativeTargets(markdown: string): readonly string[] {
  return [...withoutBlocks(markdown).matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = '']) => target.replace(/#.*$/, ''))
    .filter((target) => target !== '' && !/^[a-z]+:/.test(target));
}

/** Paths of sources and folders that the text names in code spelling. */
export function namedPaths(markdown: string): readonly string[] {
  const paths = /`((?:src|client|examples|web|test|docs|scripts|idl)\/[\w./-]*|\.ci\/run|\.dependency-cruiser\.cjs)`/g;
  return [...markdown.matchAll(paths)].map(([, path = '']) => path);
}

/** The cells of every table row, trimmed. */
export function tableRows(markdown: string): readonly (readonly string[])[] {
  return [...withoutBlocks(markdown).matchAll(/^\| (.*) \|$/gm)].map(([, row = '']) =>
    row.split(' | ').map((cell) => cell.trim()),
  );
}

function withoutBlocks(markdown: string): string {
  return markdown.replace(BLOCK, '');
}
