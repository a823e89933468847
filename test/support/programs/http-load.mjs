// http-load PORT SECONDS RATE: so many requests a second to 127.0.0.1, never more than 20 under way.
import { Agent, get } from 'node:http';

const [port = 0, seconds = 0, rate = 0] = process.argv.slice(2).map(Number);
const agent = new Agent({ keepAlive: true, maxSockets: 20 });
let underWay = 0;

function ask() {
  underWay++;
  const done = () => underWay--;
  const request = get({ host: '127.0.0.1', port, agent }, (response) =>
    response.resume().once('close', done),
  );
  request.once('error', done);
}

setInterval(() => {
  for (let i = 0; i < rate / 50 && underWay < 20; i++) ask();
}, 20);
setTimeout(() => process.exit(), seconds * 1000);
