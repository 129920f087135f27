import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import ts from 'typescript';

export interface CompiledSources {
  /** The compiled form of a file, by its path below src without the ending: `infrastructure/…/compaction-worker`. */
  url(path: string): URL;
  remove(): void;
}

/**
 * Compiles folders of src to JavaScript, for what runs outside of vitest: child processes and worker threads. What
 * `npm run build:server` made may be missing or older than the sources.
 * @param folders Paths below src, each taken with all that is in it.
 */
export function compileSources(...folders: readonly string[]): CompiledSources {
  const source = resolve(import.meta.dirname, '../../src');
  // Inside node_modules, so that imports of packages resolve.
  const cache = resolve(import.meta.dirname, '../../node_modules/.cache');
  mkdirSync(cache, { recursive: true });
  const target = mkdtempSync(join(cache, 'compiled-sources-'));
  writeFileSync(join(target, 'package.json'), '{"type":"module"}');
  for (const folder of folders) {
    for (const file of readdirSync(join(source, folder), { recursive: true, encoding: 'utf8' })) {
      if (!file.endsWith('.ts') || file.endsWith('.test.ts')) continue;
      const output = join(target, folder, file.replace(/\.ts$/, '.js'));
      mkdirSync(dirname(output), { recursive: true });
      writeFileSync(output, compile(readFileSync(join(source, folder, file), 'utf8')));
    }
  }
  return {
    url: (path) => pathToFileURL(join(target, `${path}.js`)),
    remove: () => rmSync(target, { recursive: true, force: true }),
  };
}

function compile(text: string): string {
  const { outputText } = ts.transpileModule(text, {
    compilerOptions: {
      target: ts.ScriptTarget.ES2023,
      module: ts.ModuleKind.ESNext,
      verbatimModuleSyntax: true,
      rewriteRelativeImportExtensions: true,
    },
  });
  return outputText;
}
