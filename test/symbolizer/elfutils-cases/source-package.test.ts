import { expect, it } from 'vitest';
import { sourceLines, sourceStanzas } from './source-package.ts';

it('asks for sources where packages come from, by entries of one line', () => {
  const text = [
    '# deb cdrom:[Debian]/ bookworm main',
    'deb [signed-by=/usr/share/keyrings/a.gpg] file:/mirror bookworm main contrib',
    'deb-src file:/mirror bookworm main',
    '',
  ].join('\n');
  expect(sourceLines(text)).toBe(
    'deb-src [signed-by=/usr/share/keyrings/a.gpg] file:/mirror bookworm main contrib\n',
  );
});

it('asks for sources where packages come from, by stanzas', () => {
  const stanza = (types: string) => `# ours\nTypes: ${types}\nURIs: file:/mirror\nSuites: bookworm\n`;
  const wanted = `# ours\nTypes: deb-src\nURIs: file:/mirror\nSuites: bookworm`;
  expect(sourceStanzas(`${stanza('deb')}\n\n${stanza('deb-src')}\n${stanza('deb deb-src')}`)).toBe(
    `${wanted}\n\n${wanted}\n\n\n`,
  );
});
