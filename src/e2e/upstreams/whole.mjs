// An MCP server from the official SDK with everything in it: what the conformance suite asks servers for, and what long sessions
// need. It speaks both eras at /mcp, keeps legacy sessions in its memory, and says in each answer's X-Replica which replica it is.
// `PORT=N REPLICA=name node whole.mjs`
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { NodeStreamableHTTPServerTransport, toNodeHandler } from '@modelcontextprotocol/node';
import {
  McpServer,
  ResourceTemplate,
  completable,
  createMcpHandler,
  createRequestStateCodec,
  fromJsonSchema,
  inputRequired,
  inputResponse,
} from '@modelcontextprotocol/server';
import * as z from 'zod';

const REPLICA = process.env.REPLICA ?? 'one';
const MODERN = '2026-07-28';
const PIXEL = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg==';
const SILENCE = 'UklGRiYAAABXQVZFZm10IBAAAAABAAEAQB8AAAB9AAACABAAZGF0YQIAAAA=';

// All replicas understand the state of a request that took several rounds.
const states = createRequestStateCodec({ key: 'a-key-that-all-replicas-of-a-test-share' });
// How many calls of `wait` were cancelled here, in whichever era.
let cancelled = 0;

const object = (properties = {}, required = Object.keys(properties)) =>
  fromJsonSchema({ type: 'object', properties, required });
const string = { type: 'string' };
const text = (value) => ({ content: [{ type: 'text', text: value }] });
const image = { type: 'image', data: PIXEL, mimeType: 'image/png' };
const embedded = (uri, mimeType, value) => ({ type: 'resource', resource: { uri, mimeType, text: value } });

function whole() {
  const server = new McpServer(
    { name: 'whole', version: '1.0.0' },
    {
      capabilities: {
        tools: { listChanged: true },
        resources: { subscribe: true, listChanged: true },
        prompts: { listChanged: true },
        logging: {},
        completions: {},
      },
      requestState: { verify: states.verify },
    },
  );
  let calls = 0;
  const tool = (name, inputSchema, run, description = `For tests: ${name}`) =>
    server.registerTool(name, { description, inputSchema }, run);

  // What long sessions need.
  tool('count', object(), () => text(`${REPLICA} ${++calls}`));
  tool('big', object({ bytes: { type: 'integer' } }), ({ bytes }) => text('x'.repeat(bytes)));
  tool('wait', object({ millis: { type: 'integer' } }), async ({ millis }, context) => {
    try {
      await pause(millis, undefined, { signal: context.mcpReq.signal });
      return text('waited');
    } catch (error) {
      cancelled += 1;
      throw error;
    }
  });
  tool('cancelled', object(), () => text(`${REPLICA} ${cancelled}`));
  tool('steps', object({ steps: { type: 'integer' } }), async ({ steps }, context) => {
    for (let step = 1; step <= steps; step++) {
      await progress(context, step, steps);
      await pause(20);
    }
    return text(`${steps} steps`);
  });
  tool('announce', object({ times: { type: 'integer' } }), async ({ times }, context) => {
    for (let i = 0; i < times; i++) {
      if (context.mcpReq.envelope === undefined) server.sendToolListChanged();
      else handler.notify.toolsChanged();
    }
    return text('announced');
  });
  tool('drop', object(), async (_, context) => {
    // The client has to come back for the rest (MCP 2025-11-25 transports, "Resumability and Redelivery").
    context.http.closeSSE();
    await pause(150);
    return text('came back');
  });

  // What the conformance suite asks for.
  tool('test_simple_text', object(), () => text('This is a simple text response for testing.'));
  tool('test_image_content', object(), () => ({ content: [image] }));
  tool('test_audio_content', object(), () => ({ content: [{ type: 'audio', data: SILENCE, mimeType: 'audio/wav' }] }));
  tool('test_embedded_resource', object(), () => ({
    content: [embedded('test://embedded-resource', 'text/plain', 'This is an embedded resource content.')],
  }));
  tool('test_multiple_content_types', object(), () => ({
    content: [
      { type: 'text', text: 'Multiple content types test:' },
      image,
      embedded('test://mixed-content-resource', 'application/json', '{"test":"data","value":123}'),
    ],
  }));
  tool('test_error_handling', object(), () => {
    throw new Error('This tool intentionally returns an error for testing');
  });
  tool('test_tool_with_logging', object(), async (_, context) => {
    for (const said of ['started', 'processing', 'completed']) {
      await context.mcpReq.log('info', said === 'processing' ? 'Tool processing data' : `Tool execution ${said}`);
      await pause(50);
    }
    return text('logged');
  });
  tool('test_tool_with_progress', object(), async (_, context) => {
    for (const done of [0, 50, 100]) {
      await progress(context, done, 100);
      await pause(50);
    }
    return text('done');
  });
  tool('test_reconnection', object(), async (_, context) => {
    context.http.closeSSE?.();
    await pause(100);
    return text('reconnected');
  });
  tool('test_sampling', object({ prompt: string }), async ({ prompt }, context) => {
    const answer = await context.mcpReq.requestSampling({
      messages: [{ role: 'user', content: { type: 'text', text: prompt } }],
      maxTokens: 100,
    });
    return text(`LLM response: ${answer.content.text}`);
  });
  const elicit = async (context, message, properties, required) => {
    const { action, content } = await context.mcpReq.elicitInput({
      mode: 'form',
      message,
      requestedSchema: { type: 'object', properties, required },
    });
    return text(`Elicitation completed: action=${action}, content=${JSON.stringify(content ?? {})}`);
  };
  tool('test_elicitation', object({ message: string }), ({ message }, context) =>
    elicit(context, message, { username: string, email: string }, ['username', 'email']),
  );
  tool('test_elicitation_sep1034_defaults', object(), (_, context) =>
    elicit(context, 'Please check', {
      name: { type: 'string', default: 'John Doe' },
      age: { type: 'integer', default: 30 },
      score: { type: 'number', default: 95.5 },
      status: { type: 'string', enum: ['active', 'inactive', 'pending'], default: 'active' },
      verified: { type: 'boolean', default: true },
    }),
  );
  const titled = (kind) => ['First', 'Second', 'Third'].map((title, i) => ({ const: `value${i + 1}`, title: `${title} ${kind}` }));
  const options = ['option1', 'option2', 'option3'];
  tool('test_elicitation_sep1330_enums', object(), (_, context) =>
    elicit(context, 'Please choose', {
      untitledSingle: { type: 'string', enum: options },
      titledSingle: { type: 'string', oneOf: titled('Option') },
      legacyEnum: { type: 'string', enum: ['opt1', 'opt2', 'opt3'], enumNames: ['Option One', 'Option Two', 'Option Three'] },
      untitledMulti: { type: 'array', items: { type: 'string', enum: options } },
      titledMulti: { type: 'array', items: { anyOf: titled('Choice') } },
    }),
  );
  severalRounds(server, tool);
  resources(server);
  prompts(server);
  return server;
}

/** Tools of the modern era that ask back: the answer to the first request is a question (MCP 2026-07-28, MRTR). */
function severalRounds(server, tool) {
  const form = (message, properties) =>
    inputRequired.elicit({ message, requestedSchema: { type: 'object', properties, required: Object.keys(properties) } });
  const sample = (prompt, maxTokens) =>
    inputRequired.createMessage({ messages: [{ role: 'user', content: { type: 'text', text: prompt } }], maxTokens });
  const given = (context, key) => {
    const view = inputResponse(context.mcpReq.inputResponses, key);
    return view.kind === 'missing' ? undefined : context.mcpReq.inputResponses[key];
  };
  const ask = (name, inputRequests, finish) =>
    tool(name, object(), (_, context) => {
      const answers = Object.keys(inputRequests).map((key) => given(context, key));
      return answers.some((answer) => answer === undefined) ? inputRequired({ inputRequests }) : finish(...answers);
    });
  ask('test_input_required_result_elicitation', { user_name: form('What is your name?', { name: string }) }, (answer) =>
    text(`Hello, ${answer.content?.name}!`),
  );
  ask('test_input_required_result_sampling', { capital_question: sample('What is the capital of France?', 100) }, (answer) =>
    text(answer.content.text),
  );
  ask('test_input_required_result_list_roots', { client_roots: inputRequired.listRoots() }, (answer) =>
    text(answer.roots.map((root) => root.uri).join()),
  );
  const confirm = { confirm: form('Please confirm', { ok: { type: 'boolean' } }) };
  const stateful = (name, inputRequests) =>
    tool(name, object(), async (_, context) => {
      const state = context.mcpReq.requestState();
      return state && Object.keys(inputRequests).every((key) => given(context, key))
        ? text('state-ok')
        : inputRequired({ inputRequests, requestState: await states.mint({ name }) });
    });
  stateful('test_input_required_result_request_state', confirm);
  stateful('test_input_required_result_tampered_state', confirm);
  stateful('test_input_required_result_multiple_inputs', {
    user_name: form('What is your name?', { name: string }),
    greeting: sample('Generate a greeting', 50),
    client_roots: inputRequired.listRoots(),
  });
  tool('test_input_required_result_multi_round', object(), async (_, context) => {
    const { round = 0, name } = context.mcpReq.requestState() ?? {};
    if (round === 1 && given(context, 'step1')) {
      const requestState = await states.mint({ round: 2, name: given(context, 'step1').content?.name });
      return inputRequired({ inputRequests: { step2: form('Step 2: What is your favorite color?', { color: string }) }, requestState });
    }
    return round === 2 && given(context, 'step2')
      ? text(`${name} likes ${given(context, 'step2').content?.color}`)
      : inputRequired({
          inputRequests: { step1: form('Step 1: What is your name?', { name: string }) },
          requestState: await states.mint({ round: 1 }),
        });
  });
  tool('test_input_required_result_capabilities', object(), (_, context) => {
    const can = context.mcpReq.envelope?.['io.modelcontextprotocol/clientCapabilities'] ?? {};
    const inputRequests = {
      ...(can.elicitation && { user_name: form('What is your name?', { name: string }) }),
      ...(can.sampling && { greeting: sample('Generate a greeting', 50) }),
    };
    return Object.keys(inputRequests).length > 0 ? inputRequired({ inputRequests }) : text('nothing to ask');
  });
  // Not possible for a client that has not declared sampling: -32021.
  ask('test_missing_capability', { greeting: sample('Generate a greeting', 50) }, (answer) => text(answer.content.text));
  tool('test_streaming_elicitation', object(), async (_, context) => {
    await progress(context, 1, 2);
    return inputRequired({ inputRequests: { user_name: form('What is your name?', { name: string }) } });
  });
  tool('test_trigger_tool_change', object(), () => {
    handler.notify.toolsChanged();
    return text('changed');
  });
  tool('test_trigger_prompt_change', object(), () => {
    handler.notify.promptsChanged();
    return text('changed');
  });
  tool('test_logging_tool', object(), async (_, context) => {
    await context.mcpReq.log('info', 'Only for clients that asked for it');
    return text('logged');
  });
  server.registerPrompt('test_input_required_result_prompt', { description: 'Asks back' }, (context) => {
    const answer = given(context, 'user_context');
    return answer === undefined
      ? inputRequired({ inputRequests: { user_context: form('What context should the prompt use?', { context: string }) } })
      : { messages: [{ role: 'user', content: { type: 'text', text: `In ${answer.content?.context}` } }] };
  });
}

function resources(server) {
  const resource = (name, uri, mimeType, content) =>
    server.registerResource(name, uri, { description: name, mimeType }, () => ({ contents: [{ uri, mimeType, ...content }] }));
  resource('Static text', 'test://static-text', 'text/plain', { text: 'This is the content of the static text resource.' });
  resource('Static binary', 'test://static-binary', 'image/png', { blob: PIXEL });
  resource('Watched', 'test://watched-resource', 'text/plain', { text: 'Watched resource content' });
  server.registerResource(
    'Template',
    new ResourceTemplate('test://template/{id}/data', { list: undefined }),
    { description: 'Template', mimeType: 'application/json' },
    (uri, { id }) => ({
      contents: [
        {
          uri: uri.href,
          mimeType: 'application/json',
          text: JSON.stringify({ id, templateTest: true, data: `Data for ID: ${id}` }),
        },
      ],
    }),
  );
  for (const method of ['resources/subscribe', 'resources/unsubscribe']) server.server.setRequestHandler(method, () => ({}));
}

function prompts(server) {
  const user = (content) => ({ role: 'user', content });
  const said = (value) => user({ type: 'text', text: value });
  const words = completable(z.string(), (value) => ['paris', 'park', 'party'].filter((word) => word.startsWith(value)));
  server.registerPrompt('test_simple_prompt', { description: 'Simple' }, () => ({
    messages: [said('This is a simple prompt for testing.')],
  }));
  server.registerPrompt(
    'test_prompt_with_arguments',
    { description: 'With arguments', argsSchema: z.object({ arg1: words, arg2: z.string() }) },
    ({ arg1, arg2 }) => ({ messages: [said(`Prompt with arguments: arg1='${arg1}', arg2='${arg2}'`)] }),
  );
  server.registerPrompt(
    'test_prompt_with_embedded_resource',
    { description: 'With a resource', argsSchema: z.object({ resourceUri: z.string() }) },
    ({ resourceUri }) => ({
      messages: [
        user(embedded(resourceUri, 'text/plain', 'Embedded resource content for testing.')),
        said('Please process the embedded resource above.'),
      ],
    }),
  );
  server.registerPrompt('test_prompt_with_image', { description: 'With an image' }, () => ({
    messages: [user(image), said('Please analyze the image above.')],
  }));
}

async function progress(context, done, total) {
  const progressToken = context.mcpReq._meta?.progressToken;
  if (progressToken === undefined) return;
  await context.mcpReq.notify({ method: 'notifications/progress', params: { progressToken, progress: done, total } });
}

/** Remembers events of legacy streams, in their order, so that a client that lost its connection gets them again. */
class Events {
  #stored = [];

  async storeEvent(streamId, message) {
    this.#stored.push({ streamId, message });
    return String(this.#stored.length - 1);
  }

  async getStreamIdForEventId(id) {
    return this.#stored[Number(id)]?.streamId;
  }

  async replayEventsAfter(id, { send }) {
    const { streamId } = this.#stored[Number(id)];
    for (let i = Number(id) + 1; i < this.#stored.length; i++) {
      const event = this.#stored[i];
      if (event.streamId === streamId && Object.keys(event.message).length > 0) await send(String(i), event.message);
    }
    return streamId;
  }
}

const handler = createMcpHandler(whole, { legacy: 'reject' });
const modern = toNodeHandler(handler);
const sessions = new Map();

async function legacy(request, response) {
  const id = request.headers['mcp-session-id'];
  if (id !== undefined && !sessions.has(id)) {
    response.writeHead(404, { 'content-type': 'application/json' });
    response.end('{"jsonrpc":"2.0","id":null,"error":{"code":-32001,"message":"Session not found"}}');
    return;
  }
  let transport = sessions.get(id);
  if (transport === undefined) {
    transport = new NodeStreamableHTTPServerTransport({
      sessionIdGenerator: randomUUID,
      eventStore: new Events(),
      retryInterval: 100,
      onsessioninitialized: (session) => sessions.set(session, transport),
      onsessionclosed: (session) => sessions.delete(session),
    });
    await whole().connect(transport);
  }
  await transport.handleRequest(request, response);
}

const LOCAL = /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/;

createServer((request, response) => {
  response.setHeader('x-replica', REPLICA);
  const origin = request.headers.origin;
  const foreign = !LOCAL.test(request.headers.host ?? '') || (origin !== undefined && !LOCAL.test(URL.parse(origin)?.host ?? ''));
  const handle = (request.headers['mcp-protocol-version'] ?? '') >= MODERN ? modern : legacy;
  if (foreign) response.writeHead(403).end();
  else if (request.url !== '/mcp') response.writeHead(404).end();
  else handle(request, response);
}).listen(Number(process.env.PORT), '127.0.0.1', () => console.log(`listening on ${process.env.PORT}`));
