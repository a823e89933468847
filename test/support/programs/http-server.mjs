// http-server SECONDS: a Node HTTP server on a free port of 127.0.0.1, which it prints; some work per request.
import { createServer } from 'node:http';

/** @param {number} count */
function render(count) {
  const rows = [];
  for (let i = 0; i < count; i++) rows.push({ id: i, text: `row ${i * 31}`, nested: { odd: i % 2 === 1 } });
  return JSON.stringify(rows);
}

const server = createServer((request, response) => {
  response.setHeader('content-type', 'application/json');
  response.end(render(200));
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (typeof address === 'object') console.log(address?.port);
});
setTimeout(() => process.exit(), Number(process.argv[2]) * 1000);
