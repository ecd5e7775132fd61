import { Agent, createServer, request as send } from 'node:http';

/**
 * A server that hands every request on, in turn, to one of `targets` (origins), knowing nothing of sessions, and every byte as it
 * comes. `change` may alter the headers of a request.
 */
export async function forwarder(port, targets, change = (headers) => headers) {
  const agent = new Agent({ keepAlive: true, maxSockets: Infinity });
  let turn = 0;
  const server = createServer({ requestTimeout: 0, headersTimeout: 0 }, (request, response) => {
    const target = new URL(targets[turn++ % targets.length]);
    const onward = send({
      agent,
      host: target.hostname,
      port: target.port,
      method: request.method,
      path: request.url,
      headers: change({ ...request.headers }, target),
      setHost: false,
    });
    onward.on('response', (answer) => {
      response.writeHead(answer.statusCode, answer.statusMessage, answer.rawHeaders);
      response.flushHeaders();
      answer.on('error', () => response.destroy());
      answer.pipe(response);
    });
    onward.on('error', () => response.destroy());
    response.on('close', () => onward.destroy());
    request.pipe(onward);
  });
  server.on('clientError', (_, socket) => socket.destroy());
  await new Promise((resolve, reject) => server.once('error', reject).listen(port, '127.0.0.1', resolve));
  return {
    port: server.address().port,
    async stop() {
      agent.destroy();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
