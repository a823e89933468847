// An HTTP server that renders JSON, and its client, in one process.
import { createServer, get } from 'node:http';

const rows = Array.from({ length: 200 }, (_, id) => ({
  id,
  name: `row ${id}`,
  tags: ['a', 'b', String(id % 7)],
}));

const server = createServer((request, response) => {
  const wanted = new URL(request.url ?? '', 'http://localhost').searchParams.get('tag') ?? '';
  const found = rows.filter(({ tags }) => tags.includes(wanted)).sort((a, b) => b.id - a.id);
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify(found));
});

/**
 * @param {number} port
 * @param {number} round
 */
function ask(port, round) {
  get({ port, host: '127.0.0.1', path: `/?tag=${round % 7}` }, (response) => {
    let text = '';
    response.on('data', (/** @type {Buffer} */ chunk) => (text += chunk.toString()));
    response.on('end', () => {
      if (!Array.isArray(JSON.parse(text))) throw new Error('not what was served');
      ask(port, round + 1);
    });
  });
}

server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('not listening on a port');
  for (let i = 0; i < 4; i++) ask(address.port, i);
});
