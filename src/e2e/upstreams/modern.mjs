// An MCP server of the modern era (2026-07-28) from the official SDK, with the tools the flow needs. `PORT=N node modern.mjs`
import { createServer } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { toNodeHandler } from '@modelcontextprotocol/node';
import { McpServer, createMcpHandler, fromJsonSchema } from '@modelcontextprotocol/server';

const schema = (properties) => fromJsonSchema({ type: 'object', properties, required: Object.keys(properties) });
const text = (value) => ({ content: [{ type: 'text', text: value }] });

function tools() {
  const server = new McpServer({ name: 'modern', version: '1.0.0' });
  server.registerTool('echo', { inputSchema: schema({ message: { type: 'string' } }) }, ({ message }) =>
    text(`Echo: ${message}`),
  );
  server.registerTool(
    'trigger-long-running-operation',
    { inputSchema: schema({ duration: { type: 'number' }, steps: { type: 'integer' } }) },
    async ({ duration, steps }, context) => {
      const progressToken = context.mcpReq._meta?.progressToken;
      for (let step = 1; step <= steps; step++) {
        await pause((duration / steps) * 1000);
        if (progressToken === undefined) continue;
        await context.mcpReq.notify({
          method: 'notifications/progress',
          params: { progressToken, progress: step, total: steps },
        });
      }
      return text(`Long running operation completed. Duration: ${duration} seconds, Steps: ${steps}.`);
    },
  );
  return server;
}

const handler = toNodeHandler(createMcpHandler(tools, { legacy: 'reject' }));
createServer((request, response) => {
  if (request.url === '/mcp') handler(request, response);
  else response.writeHead(404).end();
}).listen(Number(process.env.PORT), '127.0.0.1', () => console.log(`listening on ${process.env.PORT}`));
