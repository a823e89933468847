// An HTTP server on loopback that answers as a test wants it to.
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export class HostileServer {
  /** Paths asked for, in their order. */
  readonly asked: string[];
  /** Stays what it was when the server has stopped. */
  readonly url: URL;
  private readonly server: Server;

  private constructor(server: Server, asked: string[]) {
    this.server = server;
    this.asked = asked;
    this.url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  }

  static async start(answer: RequestListener): Promise<HostileServer> {
    const asked: string[] = [];
    const server = createServer((request, response) => {
      asked.push(request.url ?? '');
      answer(request, response);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new HostileServer(server, asked);
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }
}
