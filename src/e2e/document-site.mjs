import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** A web site with a client id metadata document, on https as the clients want it. */
export async function documentSite(metadata) {
  const folder = await mkdtemp(join(tmpdir(), 'portcullis-site-'));
  const keystore = join(folder, 'site.p12');
  await promisify(execFile)('keytool', [
    ...['-genkeypair', '-alias', 'site', '-keyalg', 'EC', '-dname', 'CN=localhost', '-validity', '2'],
    ...['-storetype', 'PKCS12', '-storepass', 'changeit', '-keystore', keystore],
  ]);
  const server = createServer({ pfx: await readFile(keystore), passphrase: 'changeit' }, (request, response) => {
    response.setHeader('Content-Type', 'application/json').end(JSON.stringify({ client_id: site.url, ...metadata }));
  });
  await rm(folder, { recursive: true });
  const site = { close: () => server.close() };
  await new Promise((resolve) => server.listen(0, 'localhost', resolve));
  site.url = `https://localhost:${server.address().port}/client.json`;
  return site;
}
