import { connect } from 'node:net';

export interface RawRequest {
  method: string;
  /** As it goes over the wire, one character a byte: no client may tidy it. */
  target: string;
  cookie?: string;
  body?: unknown;
}

export interface RawAnswer {
  status: number;
  body: string;
}

/** Sends a request as it is. Ordinary clients resolve "..", escape bytes and refuse others. */
export function sendRaw(base: string, { method, target, cookie, body }: RawRequest): Promise<RawAnswer> {
  const { hostname, port, host } = new URL(base);
  const content = body === undefined ? '' : JSON.stringify(body);
  const head = [
    `${method} ${target} HTTP/1.1`,
    `Host: ${host}`,
    'Connection: close',
    'Content-Type: application/json',
    `Content-Length: ${Buffer.byteLength(content)}`,
    ...(cookie ? [`Cookie: ${cookie}`] : []),
  ];
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname);
    const chunks: Buffer[] = [];
    socket.setTimeout(60_000, () => socket.destroy(new Error(`no answer to ${JSON.stringify(head[0])}`)));
    socket.on('error', reject);
    socket.on('data', (chunk) => chunks.push(chunk));
    socket.on('end', () => {
      const [answerHead, ...rest] = Buffer.concat(chunks).toString().split('\r\n\r\n');
      resolve({ status: Number(/^HTTP\/1\.\d (\d{3})/.exec(answerHead)?.[1]), body: rest.join('\r\n\r\n') });
    });
    // Without end(): Grafana takes a half-closed connection for a client that has gone.
    socket.write(Buffer.concat([Buffer.from(head.join('\r\n') + '\r\n\r\n', 'latin1'), Buffer.from(content)]));
  });
}
