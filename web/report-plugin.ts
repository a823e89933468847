// Adds report.html to the page's build: a second entry, built on its own and put into one file, so that it opens
// anywhere without a server. Its content security policy allows exactly that script and that style.
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { Plugin, Rolldown } from 'vite';
import { build } from 'vite';
import { BROWSERS } from './browsers.ts';

const ENTRY = 'report.html';

export function reportPlugin(): Plugin {
  return {
    name: 'pilotlight:report',
    apply: 'build',
    async generateBundle() {
      this.emitFile({ type: 'asset', fileName: ENTRY, source: await buildReport() });
    },
  };
}

/** The text of report.html. */
export async function buildReport(): Promise<string> {
  const root = import.meta.dirname;
  const built = await build({
    configFile: false,
    root,
    logLevel: 'warn',
    build: {
      ...BROWSERS,
      write: false,
      // One style sheet and one script, whatever the modules import.
      cssCodeSplit: false,
      modulePreload: false,
      rolldownOptions: { input: join(root, ENTRY), output: { codeSplitting: false } },
    },
  });
  const [{ output }] = [built].flat() as [Rolldown.RolldownOutput];
  return inline(output);
}

function inline(output: Rolldown.RolldownOutput['output']): string {
  const html = output.find((file) => file.fileName === ENTRY);
  const chunks = output.filter((file) => file.type === 'chunk');
  const styles = output.filter((file) => file.type === 'asset' && file.fileName.endsWith('.css'));
  if (html?.type !== 'asset' || chunks.length !== 1 || styles.length !== 1) {
    throw new Error(
      `the report is not one script and one style: ${output.map((f) => f.fileName).join(', ')}`,
    );
  }
  const script = withoutMarkup((chunks[0] as Rolldown.OutputChunk).code, /<\/script|<!--/i);
  const style = withoutMarkup(textOf(styles[0] as Rolldown.OutputAsset), /<\//);
  const bare = textOf(html)
    .replace(/\s*<script type="module"[^>]*><\/script>/, '')
    .replace(/\s*<link rel="stylesheet"[^>]*>/g, '');
  // Functions as replacements: in a text, `$&` would have a meaning.
  return bare
    .replace('<meta charset="utf-8" />', (meta) => `${meta}\n    ${policy(script, style)}`)
    .replace('</head>', () => `  <style>${style}</style>\n  </head>`)
    .replace('</body>', () => `  <script type="module">${script}</script>\n  </body>`);
}

function textOf({ source }: Rolldown.OutputAsset): string {
  return typeof source === 'string' ? source : new TextDecoder().decode(source);
}

/** Inside of the element these would be markup: better no report than one that ends in the middle. */
function withoutMarkup(text: string, forbidden: RegExp): string {
  const found = forbidden.exec(text);
  if (found !== null) throw new Error(`the report cannot be put into one file: "${found[0]}" in its code`);
  return text;
}

function policy(script: string, style: string): string {
  const hash = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
  const directives = [
    "default-src 'none'",
    `script-src ${hash(script)}`,
    `style-src ${hash(style)}`,
    "base-uri 'none'",
    "form-action 'none'",
    "require-trusted-types-for 'script'",
  ];
  return `<meta http-equiv="content-security-policy" content="${directives.join('; ')}" />`;
}
