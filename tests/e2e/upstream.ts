import { createServer, request } from 'node:http';
import { type AddressInfo } from 'node:net';

export interface Upstream {
  url: string;
  /** Method and target of everything that arrived. */
  arrived: string[];
  close: () => Promise<void>;
}

// What the plugin itself asks of Prometheus. Nothing else is passed on: a test that fails must not stop the lab's.
const reads = /^\/api\/v1\/(query|query_range|series|labels|label|metadata|targets|status)\b/;

/** Stands in front of Prometheus and remembers what arrives. */
export async function startUpstream(prometheus: string): Promise<Upstream> {
  const arrived: string[] = [];
  const server = createServer((incoming, outgoing) => {
    const { method, url = '', headers } = incoming;
    arrived.push(`${method} ${url}`);
    if (!reads.test(url)) {
      outgoing.writeHead(404).end();
      return;
    }
    const onward = request(prometheus + url, { method, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    });
    onward.on('error', () => outgoing.destroy());
    incoming.pipe(onward);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    arrived,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
